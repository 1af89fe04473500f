(** * On a kink there is no Hessian (hessian, edge cases)

    If a datum lies on a kink, z_ij = 0, then arbitrarily near to theta there are points at which the
    loss has no derivative in b_i.  So the gradient exists in no neighbourhood of theta, and the loss is
    not twice differentiable at theta; [smooth] is exactly what the Hessian needs. *)

From Coq Require Import Reals Lra Lia List.
From Coquelicot Require Import Coquelicot.
From Flatcert Require Import Sums Logistic Network Forms Hessian.
Open Scope R_scope.

(** ** One-sided derivatives *)

(** Two differentiable functions that agree on the right of 0, or on the left of it (e = -1), have
    the same derivative at 0. *)
Lemma one_sided (F G : R -> R) (e0 dF dG : R) :
  label e0 -> is_derive F 0 dF -> is_derive G 0 dG ->
  locally 0 (fun h => 0 <= e0 * h -> F h = G h) -> dF = dG.
Proof.
  intros He HF HG [d0 Hloc]. apply is_derive_Reals in HF. apply is_derive_Reals in HG.
  destruct (Req_dec dF dG) as [E|Hne]; [exact E | exfalso].
  assert (Hp : 0 < Rabs (dF - dG) / 2) by (assert (K := Rabs_pos_lt (dF - dG)); lra).
  destruct (HF _ Hp) as [d1 H1]. destruct (HG _ Hp) as [d2 H2].
  set (r := Rmin d0 (Rmin d1 d2) / 2).
  assert (M0 := Rmin_l d0 (Rmin d1 d2)). assert (M := Rmin_r d0 (Rmin d1 d2)).
  assert (M1 := Rmin_l d1 d2). assert (M2 := Rmin_r d1 d2).
  assert (Hr : 0 < Rmin d0 (Rmin d1 d2))
    by (repeat apply Rmin_glb_lt; [apply (cond_pos d0) | apply (cond_pos d1) | apply (cond_pos d2)]).
  set (h := e0 * r).
  assert (Hh : Rabs h = r)
    by (unfold h; rewrite Rabs_mult, label_abs, Rabs_pos_eq; unfold r; lra || easy).
  assert (Hh0 : h <> 0) by (intros E; rewrite E, Rabs_R0 in Hh; unfold r in Hh; lra).
  assert (Hside : 0 <= e0 * h).
  { unfold h. replace (e0 * (e0 * r)) with (e0 ^ 2 * r) by ring.
    apply Rmult_le_pos; [apply pow2_ge_0 | unfold r; lra]. }
  assert (near : forall h', Rabs h' < d0 -> ball 0 d0 h')
    by (intros h' K; unfold ball; simpl; unfold AbsRing_ball, abs, minus, plus, opp; simpl;
        now rewrite Ropp_0, Rplus_0_r).
  assert (E : F h = G h) by (apply Hloc; [apply near; rewrite Hh; unfold r; lra | exact Hside]).
  assert (E0 : F 0 = G 0)
    by (apply Hloc; [apply near; rewrite Rabs_R0; apply (cond_pos d0) | rewrite Rmult_0_r; lra]).
  specialize (H1 h Hh0). specialize (H2 h Hh0). rewrite Rplus_0_l in H1, H2.
  rewrite E, E0 in H1.
  assert (B1 : Rabs ((G h - G 0) / h - dF) < Rabs (dF - dG) / 2)
    by (apply H1; rewrite Hh; unfold r; lra).
  assert (B2 : Rabs ((G h - G 0) / h - dG) < Rabs (dF - dG) / 2)
    by (apply H2; rewrite Hh; unfold r; lra).
  set (q := (G h - G 0) / h) in *.
  assert (T := Rabs_triang (dF - q) (q - dG)). replace (dF - q + (q - dG)) with (dF - dG) in T by ring.
  rewrite (Rabs_minus_sym dF q) in T. lra.
Qed.

(** [t = 0] *)
Definition zero_ind (t : R) : R := if Req_EM_T t 0 then 1 else 0.

Lemma zero_ind_nonneg t : 0 <= zero_ind t.
Proof. unfold zero_ind. destruct (Req_EM_T t 0); lra. Qed.

(** On either side of 0, relu(z + h) is linear in h. *)
Lemma relu_one_sided z0 :
  locally 0 (fun h =>
    (0 <= 1 * h -> relu (z0 + h) = relu z0 + h * (below 0 z0 + zero_ind z0)) /\
    (0 <= -1 * h -> relu (z0 + h) = relu z0 + h * below 0 z0)).
Proof.
  unfold zero_ind. destruct (Req_EM_T z0 0) as [E|E].
  - apply filter_forall. simpl; intros h. rewrite E, Rplus_0_l. unfold relu, below.
    destruct (Rlt_dec 0 0) as [L|_]; [lra|]. rewrite (Rmax_left 0 0) by lra.
    split; intros H; [rewrite Rmax_right by lra | rewrite Rmax_left by lra]; simpl in *; lra.
  - destruct (Rlt_le_dec 0 z0) as [L|L].
    + generalize (positive_near z0 1 L). apply filter_imp. intros h Hh. unfold relu, below.
      destruct (Rlt_dec 0 z0); [|lra]. rewrite !Rmax_right by lra. split; intros; ring.
    + assert (L' : 0 < - z0) by lra.
      generalize (positive_near (- z0) (-1) L'). apply filter_imp. intros h Hh. unfold relu, below.
      destruct (Rlt_dec 0 z0); [lra|]. rewrite !Rmax_left by lra. split; intros; ring.
Qed.

Section Kinks.
Variables (N : network) (D : data) (i : nat).
Hypothesis HD : labelled D.
Hypothesis Hi : (i < k N)%nat.

(** ** The derivatives of the loss in b_i from the right and from the left *)

Lemma f_shift_b h j :
  f (shift N (e (Cb i)) h) (x D j)
  = f N (x D j) + a N i * (relu (z N D i j + h) - relu (z N D i j)).
Proof.
  unfold f. simpl.
  rewrite (sum_ext (k N) _ (fun m => a N m * relu (w N m * x D j + b N m)
    + (if Nat.eq_dec m i then a N i * (relu (z N D i j + h) - relu (z N D i j)) else 0))).
  - rewrite Sum_plus, (sum_single (k N) (fun m => if Nat.eq_dec m i then _ else 0) i Hi).
    + destruct (Nat.eq_dec i i); [ring | easy].
    + intros m _ Hm. now destruct (Nat.eq_dec m i).
  - intros m _. unfold delta. destruct (Nat.eq_dec m i) as [ -> |_].
    + unfold z. replace ((w N i + h * 0) * x D j + (b N i + h * 1))
        with (w N i * x D j + b N i + h) by ring. ring.
    + replace ((w N m + h * 0) * x D j + (b N m + h * 0)) with (w N m * x D j + b N m) by ring. ring.
Qed.

(** The loss with outputs f_j + h a_i A_j *)
Definition tilted (A : nat -> R) (h : R) : R :=
  / INR (n D) * \sum_(j < n D) l (y D j) (f N (x D j) + h * (a N i * A j)).

Lemma tilted_derive (A : nat -> R) :
  is_derive (tilted A) 0 (/ INR (n D) * \sum_(j < n D) slope N D j * (a N i * A j)).
Proof.
  apply is_derive_scal.
  apply (is_derive_Sum (fun j h => l (y D j) (f N (x D j) + h * (a N i * A j)))
                       (fun j _ => slope N D j * (a N i * A j))).
  intros j _. replace (slope N D j * (a N i * A j))
    with (a N i * A j * dl (y D j) (f N (x D j) + 0 * (a N i * A j))).
  - apply (is_derive_comp (l (y D j)) (fun h => f N (x D j) + h * (a N i * A j))); [apply l_derive|].
    auto_derive; [easy | ring].
  - unfold slope. rewrite Rmult_0_l, Rplus_0_r. ring.
Qed.

Definition on_kink (j : nat) : R := zero_ind (z N D i j).

(** If the loss has a derivative in b_i, then a_i times the sum of the slopes on the kink is 0. *)
Lemma derivative_balances :
  ex_derive (fun h => loss (shift N (e (Cb i)) h) D) 0 ->
  a N i * (\sum_(j < n D) slope N D j * on_kink j) = 0.
Proof.
  intros [d Hd]. assert (Hinv := inv_n_pos D (proj1 HD)).
  assert (L : locally 0 (fun h => forall j, (j < n D)%nat ->
    (0 <= 1 * h -> relu (z N D i j + h) = relu (z N D i j) + h * (act N D i j + on_kink j)) /\
    (0 <= -1 * h -> relu (z N D i j + h) = relu (z N D i j) + h * act N D i j))).
  { apply (locally_all_below (n D) (fun j h =>
      (0 <= 1 * h -> relu (z N D i j + h) = relu (z N D i j) + h * (act N D i j + on_kink j)) /\
      (0 <= -1 * h -> relu (z N D i j + h) = relu (z N D i j) + h * act N D i j))).
    intros j _. apply relu_one_sided. }
  assert (Er := one_sided _ _ 1 _ _ (or_introl eq_refl) Hd
                  (tilted_derive (fun j => act N D i j + on_kink j))).
  assert (El := one_sided _ _ (-1) _ _ (or_intror eq_refl) Hd (tilted_derive (act N D i))).
  assert (E : / INR (n D) * \sum_(j < n D) slope N D j * (a N i * (act N D i j + on_kink j))
              = / INR (n D) * \sum_(j < n D) slope N D j * (a N i * act N D i j)).
  { rewrite <- Er, <- El; [reflexivity | |]; generalize L; apply filter_imp; intros h Hh Hs;
    unfold loss, tilted; f_equal; apply sum_ext; intros j Hj; rewrite f_shift_b;
    destruct (Hh j Hj) as [R1 R2]; [rewrite (R2 Hs) | rewrite (R1 Hs)]; f_equal; ring. }
  apply Rmult_eq_reg_l in E; [|lra].
  rewrite (sum_ext (n D) _ (fun j => slope N D j * (a N i * act N D i j)
    + a N i * (slope N D j * on_kink j))) in E by (intros; ring).
  rewrite Sum_plus, Sum_scal in E. lra.
Qed.

End Kinks.

(** ** Arbitrarily near to theta *)

(** Move a_i by u and c by v; no z changes. *)
Definition nudge (i : nat) (u v : R) : vec :=
  Vec (fun _ => 0) (fun _ => 0) (fun m => u * delta m i) v.

Lemma z_nudge N D i u v m j : z (shift N (nudge i u v) 1) D m j = z N D m j.
Proof. unfold z; simpl. ring. Qed.

Lemma a_nudge N i u v : a (shift N (nudge i u v) 1) i = a N i + u.
Proof. simpl. rewrite delta_same. ring. Qed.

Lemma norm2_nudge N i u v : (i < k N)%nat -> norm2 N (nudge i u v) = u ^ 2 + v ^ 2.
Proof.
  intros Hi. unfold norm2; simpl. f_equal. rewrite (sum_single _ _ i Hi).
  - rewrite delta_same. ring.
  - intros m _ Hm. rewrite delta_other by exact Hm. ring.
Qed.

(** On the kink neuron i adds nothing to f, so that only c moves the output there. *)
Lemma f_nudge N D i u v j :
  z N D i j = 0 -> f (shift N (nudge i u v) 1) (x D j) = f N (x D j) + v.
Proof.
  intros Hz. unfold f; simpl. rewrite (Rmult_1_l v), <- Rplus_assoc. do 2 f_equal.
  apply sum_ext. intros m _.
  replace ((w N m + 1 * 0) * x D j + (b N m + 1 * 0)) with (z N D m j) by (unfold z; ring).
  change (w N m * x D j + b N m) with (z N D m j).
  unfold delta. destruct (Nat.eq_dec m i) as [ -> |_]; [|ring].
  rewrite Hz. unfold relu. rewrite Rmax_left by lra. ring.
Qed.

Theorem no_hessian_on_kink N D i j eps :
  labelled D -> (i < k N)%nat -> (j < n D)%nat -> z N D i j = 0 -> 0 < eps ->
  exists v, norm2 N v < eps /\
            ~ ex_derive (fun h => loss (shift (shift N v 1) (e (Cb i)) h) D) 0.
Proof.
  intros HD Hi Hj Hz Heps.
  set (r := sqrt eps / 2). assert (Hr : 0 < r) by (assert (K := sqrt_lt_R0 eps Heps); unfold r; lra).
  assert (Hr2 : 2 * r ^ 2 < eps).
  { replace (r ^ 2) with (sqrt eps ^ 2 / 4) by (unfold r; field). rewrite pow2_sqrt; lra. }
  set (u := if Req_EM_T (a N i) 0 then r else 0).
  assert (Ha : a N i + u <> 0) by (unfold u; destruct (Req_EM_T (a N i) 0); lra).
  assert (Hu : u ^ 2 <= r ^ 2) by (unfold u; destruct (Req_EM_T (a N i) 0); [lra | simpl; nra]).
  (* the sum of the slopes on the kink, when c moves by t *)
  set (F := fun t => \sum_(m < n D) dl (y D m) (f N (x D m) + t) * zero_ind (z N D i m)).
  assert (HF : F 0 < F r).
  { assert (T : forall m, (m < n D)%nat -> 0 <= (dl (y D m) (f N (x D m) + r)
                 - dl (y D m) (f N (x D m) + 0)) * zero_ind (z N D i m)).
    { intros m Hm. apply Rmult_le_pos; [|apply zero_ind_nonneg].
      assert (K : f N (x D m) + 0 < f N (x D m) + r) by lra.
      apply (dl_increasing (y D m)) in K; [lra | now apply (proj2 HD)]. }
    assert (K := Sum_term_le (fun m => (dl (y D m) (f N (x D m) + r) - dl (y D m) (f N (x D m) + 0))
      * zero_ind (z N D i m)) (seq 0 (n D)) j
      (fun m Hm => T m (proj1 (in_range (n D) m) Hm)) (proj2 (in_range (n D) j) Hj)).
    rewrite (sum_ext (n D) _ (fun m => dl (y D m) (f N (x D m) + r) * zero_ind (z N D i m)
      - dl (y D m) (f N (x D m) + 0) * zero_ind (z N D i m))) in K by (intros; ring).
    rewrite Sum_minus in K. fold (F r) (F 0) in K.
    assert (K1 : f N (x D j) + 0 < f N (x D j) + r) by lra.
    apply (dl_increasing (y D j)) in K1; [|now apply (proj2 HD)].
    unfold zero_ind at 1 in K. destruct (Req_EM_T (z N D i j) 0); lra. }
  assert (main : forall v, v ^ 2 <= r ^ 2 -> F v <> 0 -> exists v, norm2 N v < eps /\
            ~ ex_derive (fun h => loss (shift (shift N v 1) (e (Cb i)) h) D) 0).
  { intros v Hv HFv. exists (nudge i u v). split; [rewrite norm2_nudge by exact Hi; lra|].
    intros Hd. apply (derivative_balances (shift N (nudge i u v) 1) D i HD Hi) in Hd.
    rewrite a_nudge in Hd. apply Rmult_integral in Hd. destruct Hd as [Hd|Hd]; [contradiction|].
    apply HFv. rewrite <- Hd. apply sum_ext. intros m _. unfold on_kink, slope. rewrite z_nudge.
    unfold zero_ind. destruct (Req_EM_T (z N D i m) 0) as [E|E]; [|ring].
    now rewrite (f_nudge N D i u v m E). }
  destruct (Req_dec (F 0) 0) as [E|E].
  - apply (main r); lra.
  - apply (main 0); [simpl; nra | exact E].
Qed.
