(** * Networks, data, loss, and everything the theorems speak about

    The symbols are those of proofs_notes/notation.md; indices start at 0.  Nothing in this file
    assumes differentiability: on a kink the same formulas define the formal Hessian with
    relu'(0) = 0. *)

From Coq Require Import Reals Lra Lia List.
From Coquelicot Require Import Coquelicot.
From Flatcert Require Import Sums Logistic.
Import ListNotations.
Open Scope R_scope.

(** ** Objects *)

(** f(t) = sum_{i < k} a_i relu(w_i t + b_i) + c *)
Record network := Network {
  k : nat;
  w : nat -> R;
  b : nat -> R;
  a : nat -> R;
  c : R
}.

(** Data (x_j, y_j), j < n, a list: repetitions count. *)
Record data := Data {
  n : nat;
  x : nat -> R;
  y : nat -> R
}.

(** A vector of R^(3k+1): one entry for each parameter. *)
Record vec := Vec {
  vw : nat -> R;
  vb : nat -> R;
  va : nat -> R;
  vc : R
}.

(** At least one datum, all labels -1 or +1. *)
Definition labelled (D : data) : Prop :=
  (0 < n D)%nat /\ forall j, (j < n D)%nat -> label (y D j).

Definition dot (N : network) (u v : vec) : R :=
  \sum_(i < k N) (vw u i * vw v i + vb u i * vb v i + va u i * va v i) + vc u * vc v.
Definition norm2 (N : network) (v : vec) : R :=
  \sum_(i < k N) (vw v i ^ 2 + vb v i ^ 2 + va v i ^ 2) + vc v ^ 2.

(** theta + t v *)
Definition shift (N : network) (v : vec) (t : R) : network :=
  Network (k N) (fun i => w N i + t * vw v i) (fun i => b N i + t * vb v i)
          (fun i => a N i + t * va v i) (c N + t * vc v).

(** ** The network and the loss *)

Definition relu (t : R) : R := Rmax 0 t.

(** 1 if u < v, else 0. *)
Definition below (u v : R) : R := if Rlt_dec u v then 1 else 0.

Definition f (N : network) (t : R) : R := \sum_(i < k N) a N i * relu (w N i * t + b N i) + c N.
Definition loss (N : network) (D : data) : R := / INR (n D) * \sum_(j < n D) l (y D j) (f N (x D j)).

(** z_ij and 1_ij = [z_ij > 0] *)
Definition z (N : network) (D : data) (i j : nat) : R := w N i * x D j + b N i.
Definition act (N : network) (D : data) (i j : nat) : R := below 0 (z N D i j).

(** No datum lies on a kink. *)
Definition smooth (N : network) (D : data) : Prop :=
  forall i j, (i < k N)%nat -> (j < n D)%nat -> z N D i j <> 0.

(** ** Gradient and Hessian *)

(** l'_j, p_j = l''_j / n, P = sum_j p_j *)
Definition slope (N : network) (D : data) (j : nat) : R := dl (y D j) (f N (x D j)).
Definition p (N : network) (D : data) (j : nat) : R := / INR (n D) * s (f N (x D j)).
Definition P (N : network) (D : data) : R := \sum_(j < n D) p N D j.

(** g_j, the gradient of f(x_j) in theta *)
Definition g (N : network) (D : data) (j : nat) : vec :=
  Vec (fun i => a N i * x D j * act N D i j) (fun i => a N i * act N D i j)
      (fun i => relu (z N D i j)) 1.

(** v^T B(x) v for the block B(x) = [[0, 0, x], [0, 0, 1], [x, 1, 0]] of one neuron *)
Definition blockq (x v1 v2 v3 : R) : R := 2 * (v1 * x + v2) * v3.

(** v^T (Hess f_j) v *)
Definition curv (N : network) (D : data) (v : vec) (j : nat) : R :=
  \sum_(i < k N) act N D i j * blockq (x D j) (vw v i) (vb v i) (va v i).

(** v^T H v = v^T G v + v^T R v *)
Definition Gq (N : network) (D : data) (v : vec) : R :=
  \sum_(j < n D) p N D j * dot N (g N D j) v ^ 2.
Definition Rq (N : network) (D : data) (v : vec) : R :=
  / INR (n D) * \sum_(j < n D) slope N D j * curv N D v j.
Definition Hq (N : network) (D : data) (v : vec) : R := Gq N D v + Rq N D v.

(** The smallest upper bound of v^T H v over the unit sphere; Spectrum.v shows that it is the
    largest eigenvalue. *)
Definition is_lambda_max (N : network) (D : data) (lam : R) : Prop :=
  is_lub (fun h => exists v, norm2 N v = 1 /\ h = Hq N D v) lam.

(** r_i = (1/n) sum_j l'_j 1_ij (x_j, 1), its two entries and its norm *)
Definition rx (N : network) (D : data) (i : nat) : R :=
  / INR (n D) * \sum_(j < n D) slope N D j * act N D i j * x D j.
Definition r1 (N : network) (D : data) (i : nat) : R :=
  / INR (n D) * \sum_(j < n D) slope N D j * act N D i j.
Definition rnorm (N : network) (D : data) (i : nat) : R := sqrt (rx N D i ^ 2 + r1 N D i ^ 2).

(** max_i |r_i|, 0 without neurons *)
Definition rmax (N : network) (D : data) : R := Max (rnorm N D) (seq 0 (k N)).

(** grad L, and the norm of its part in (w, b) *)
Definition grad (N : network) (D : data) : vec :=
  Vec (fun i => a N i * rx N D i) (fun i => a N i * r1 N D i)
      (fun i => / INR (n D) * \sum_(j < n D) slope N D j * relu (z N D i j))
      (/ INR (n D) * \sum_(j < n D) slope N D j).
Definition grad_wb_norm (N : network) (D : data) : R :=
  sqrt (\sum_(i < k N) (vw (grad N D) i ^ 2 + vb (grad N D) i ^ 2)).

(** res = (1/n) sum_j |l'_j| sqrt(1 + x_j^2) *)
Definition res (N : network) (D : data) : R :=
  / INR (n D) * \sum_(j < n D) Rabs (slope N D j) * sqrt (1 + x D j ^ 2).

(** ** A probability vector q on the data *)

Definition probability (D : data) (q : nat -> R) : Prop :=
  (forall j, (j < n D)%nat -> 0 <= q j) /\ \sum_(j < n D) q j = 1.

(** The law q = p/P *)
Definition soft (N : network) (D : data) (j : nat) : R := p N D j / P N D.

(** D(q) = sum_j q_j^2 / p_j *)
Definition Dq (N : network) (D : data) (q : nat -> R) : R := \sum_(j < n D) q j ^ 2 / p N D j.

(** alpha_i = E_q relu(z_i);  beta_i = E_q 1_i (X, 1), its two entries and its norm *)
Definition alpha (N : network) (D : data) (q : nat -> R) (i : nat) : R :=
  \sum_(j < n D) q j * relu (z N D i j).
Definition betax (N : network) (D : data) (q : nat -> R) (i : nat) : R :=
  \sum_(j < n D) q j * act N D i j * x D j.
Definition beta1 (N : network) (D : data) (q : nat -> R) (i : nat) : R :=
  \sum_(j < n D) q j * act N D i j.
Definition betanorm (N : network) (D : data) (q : nat -> R) (i : nat) : R :=
  sqrt (betax N D q i ^ 2 + beta1 N D q i ^ 2).

(** max_i |beta_i|, 0 without neurons *)
Definition betamax (N : network) (D : data) (q : nat -> R) : R :=
  Max (betanorm N D q) (seq 0 (k N)).

(** v_q = sum_j q_j g_j *)
Definition vq (N : network) (D : data) (q : nat -> R) : vec :=
  Vec (fun i => a N i * betax N D q i) (fun i => a N i * beta1 N D q i) (alpha N D q) 1.

(** rho_q = 2 sum_i alpha_i <beta_i, grad_(w_i, b_i) L> / |v_q|^2 *)
Definition rho (N : network) (D : data) (q : nat -> R) : R :=
  2 * (\sum_(i < k N) alpha N D q i
         * (betax N D q i * vw (grad N D) i + beta1 N D q i * vb (grad N D) i))
  / norm2 N (vq N D q).

(** ** Tail weights, path sum, imbalance, weighted total variation *)

(** g_q^+(t) = (sum_{x_j > t} q_j (x_j - t)) |(sum_{x_j > t} q_j x_j, sum_{x_j > t} q_j)| *)
Definition gplus (D : data) (q : nat -> R) (t : R) : R :=
  (\sum_(j < n D) q j * below t (x D j) * (x D j - t))
  * sqrt ((\sum_(j < n D) q j * below t (x D j) * x D j) ^ 2
          + (\sum_(j < n D) q j * below t (x D j)) ^ 2).

(** g_q^-(t): the same over x_j < t, with t - x_j *)
Definition gminus (D : data) (q : nat -> R) (t : R) : R :=
  (\sum_(j < n D) q j * below (x D j) t * (t - x D j))
  * sqrt ((\sum_(j < n D) q j * below (x D j) t * x D j) ^ 2
          + (\sum_(j < n D) q j * below (x D j) t) ^ 2).

Definition gmin (D : data) (q : nat -> R) (t : R) : R := Rmin (gplus D q t) (gminus D q t).

(** tau_i = -b_i / w_i, meant for w_i other than 0 *)
Definition kink (N : network) (i : nat) : R := - b N i / w N i.

(** g_q^{sgn w_i}(tau_i): the tail that neuron i sees; 0 for w_i = 0 *)
Definition gside (N : network) (D : data) (q : nat -> R) (i : nat) : R :=
  if Rlt_dec 0 (w N i) then gplus D q (kink N i)
  else if Rlt_dec (w N i) 0 then gminus D q (kink N i)
  else 0.

(** S_q = sum_i |a_i w_i| g_q^{sgn w_i}(tau_i) *)
Definition pathsum (N : network) (D : data) (q : nat -> R) : R :=
  \sum_(i < k N) Rabs (a N i * w N i) * gside N D q i.

(** I_q *)
Definition imbalance (N : network) (D : data) (q : nat -> R) : R :=
  \sum_(i < k N)
    if Req_EM_T (w N i) 0
    then alpha N D q i ^ 2 + a N i ^ 2 * betanorm N D q i ^ 2
    else (alpha N D q i - Rabs (a N i) * betanorm N D q i) ^ 2.

(** The distinct kinks, and the jump of f' at t: sum over {i : w_i <> 0, tau_i = t} of a_i |w_i| *)
Definition kinks (N : network) : list R :=
  nodup Req_EM_T
    (map (kink N) (filter (fun i => if Req_EM_T (w N i) 0 then false else true) (seq 0 (k N)))).
Definition jump (N : network) (t : R) : R :=
  \sum_(i < k N)
    if Req_EM_T (w N i) 0 then 0
    else if Req_EM_T (kink N i) t then a N i * Rabs (w N i) else 0.

(** TV_q = int |f''| g_q = sum over distinct kinks of |jump of f'| g_q *)
Definition TV (N : network) (D : data) (q : nat -> R) : R :=
  \sum_(t in kinks N) Rabs (jump N t) * gmin D q t.

(** ** The uncertain data: |f(x_j)| <= gamma *)

Definition uncertain (N : network) (D : data) (gamma : R) (j : nat) : R :=
  if Rle_dec (Rabs (f N (x D j))) gamma then 1 else 0.

(** n_gamma, the number of uncertain data *)
Definition count (N : network) (D : data) (gamma : R) : R := \sum_(j < n D) uncertain N D gamma j.

(** q uniform on the uncertain data *)
Definition uniform_on_uncertain (N : network) (D : data) (gamma : R) (j : nat) : R :=
  uncertain N D gamma j / count N D gamma.

(** ** First facts *)

Lemma relu_below t : relu t = below 0 t * t.
Proof.
  unfold relu, below. destruct (Rlt_dec 0 t); [rewrite Rmax_right by lra | rewrite Rmax_left by lra];
  ring.
Qed.

Lemma relu_nonneg t : 0 <= relu t.
Proof. apply Rmax_l. Qed.

Lemma below_bool u v : below u v = 0 \/ below u v = 1.
Proof. unfold below. destruct (Rlt_dec u v); auto. Qed.

Lemma below_bounds u v : 0 <= below u v <= 1.
Proof. destruct (below_bool u v) as [E|E]; rewrite E; lra. Qed.

Lemma relu_z N D i j : relu (z N D i j) = act N D i j * z N D i j.
Proof. apply relu_below. Qed.

Lemma inv_n_pos D : (0 < n D)%nat -> 0 < / INR (n D).
Proof. intros H. now apply Rinv_0_lt_compat, lt_0_INR. Qed.

Lemma p_pos N D j : (0 < n D)%nat -> 0 < p N D j.
Proof. intros H. apply Rmult_lt_0_compat; [now apply inv_n_pos | apply s_pos]. Qed.

Lemma P_pos N D : (0 < n D)%nat -> 0 < P N D.
Proof. intros H. apply sum_pos; [exact H|]. intros. now apply p_pos. Qed.

Lemma norm2_dot N v : norm2 N v = dot N v v.
Proof. unfold norm2, dot. f_equal; [|ring]. apply sum_ext. intros. ring. Qed.

Lemma norm2_nonneg N v : 0 <= norm2 N v.
Proof.
  apply Rplus_le_le_0_compat; [|apply pow2_ge_0]. apply sum_nonneg. intros i _.
  assert (A := pow2_ge_0 (vw v i)). assert (B := pow2_ge_0 (vb v i)).
  assert (C := pow2_ge_0 (va v i)). lra.
Qed.

Lemma soft_probability N D : (0 < n D)%nat -> probability D (soft N D).
Proof.
  intros H. assert (HP := P_pos N D H). split.
  - intros j _. apply Rlt_le, Rdiv_lt_0_compat; [now apply p_pos | exact HP].
  - transitivity (P N D * / P N D); [|field; lra].
    unfold P at 1. now rewrite <- Sum_scal_r.
Qed.

Lemma Dq_soft N D : (0 < n D)%nat -> Dq N D (soft N D) = / P N D.
Proof.
  intros H. assert (HP := P_pos N D H).
  transitivity (/ P N D * / P N D * P N D); [|field; lra].
  unfold P at 3. rewrite <- Sum_scal. apply sum_ext. intros j _.
  assert (Hp := p_pos N D j H). unfold soft. field. lra.
Qed.
