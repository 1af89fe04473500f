(** * The logistic loss

    [sigma t] = 1 / (1 + e^-t), the softness [s t] = sigma(t) sigma(-t), the loss
    [l y f] = log(1 + e^(-y f)) of the output f at the label y = -1 or +1, and its slope in f,
    [dl y f] = -y sigma(-y f).  The second derivative of the loss in f is s(f), for both labels. *)

From Coq Require Import Reals Lra Psatz.
From Coquelicot Require Import Coquelicot.
From Flatcert Require Import Sums.
Open Scope R_scope.

Definition sigma (t : R) : R := / (1 + exp (- t)).
Definition s (t : R) : R := / ((1 + exp t) * (1 + exp (- t))).
Definition l (y f : R) : R := ln (1 + exp (- (y * f))).
Definition dl (y f : R) : R := - y / (1 + exp (y * f)).

Definition label (y : R) : Prop := y = 1 \/ y = -1.

(** ** Elementary facts about the exponential *)

Lemma one_exp_pos t : 0 < 1 + exp t.
Proof. assert (H := exp_pos t). lra. Qed.

Lemma exp_mul_opp t : exp t * exp (- t) = 1.
Proof. rewrite <- exp_plus, Rplus_opp_r. apply exp_0. Qed.

Lemma exp_le u v : u <= v -> exp u <= exp v.
Proof. intros [H| -> ]; [left; now apply exp_increasing | lra]. Qed.

(** ** Softness: positive, at most 1/4, even, falling in |t| *)

Lemma s_sigma t : s t = sigma t * sigma (- t).
Proof.
  unfold s, sigma. rewrite Ropp_involutive.
  assert (H := one_exp_pos t). assert (H' := one_exp_pos (- t)). field. lra.
Qed.

Lemma s_alt t : s t = / (2 + exp t + exp (- t)).
Proof. unfold s. f_equal. assert (E := exp_mul_opp t). lra. Qed.

Lemma s_pos t : 0 < s t.
Proof.
  rewrite s_alt. apply Rinv_0_lt_compat.
  assert (H := exp_pos t). assert (H' := exp_pos (- t)). lra.
Qed.

Lemma s_le_quarter t : s t <= 1 / 4.
Proof.
  rewrite s_alt. replace (1 / 4) with (/ 4) by field. apply Rinv_le_contravar; [lra|].
  assert (H := exp_pos t). assert (E := exp_mul_opp t).
  apply Rmult_le_reg_l with (exp t); [exact H|]. assert (K := pow2_ge_0 (exp t - 1)). lra.
Qed.

Lemma s_0 : s 0 = 1 / 4.
Proof. unfold s. rewrite Ropp_0, exp_0. field. Qed.

Lemma s_even t : s (- t) = s t.
Proof. rewrite !s_alt, Ropp_involutive. f_equal. ring. Qed.

Lemma s_abs t : s (Rabs t) = s t.
Proof. unfold Rabs. destruct (Rcase_abs t); [apply s_even | reflexivity]. Qed.

Lemma s_label y f : label y -> s (y * f) = s f.
Proof.
  intros [ -> | -> ]; [now rewrite Rmult_1_l|].
  rewrite <- s_even. f_equal. ring.
Qed.

Lemma s_decreasing t u : 0 <= t -> t < u -> s u < s t.
Proof.
  intros Ht Hu. rewrite !s_alt.
  assert (T := exp_pos t). assert (T' := exp_pos (- t)). assert (ET := exp_mul_opp t).
  assert (U := exp_pos u). assert (U' := exp_pos (- u)). assert (EU := exp_mul_opp u).
  apply Rinv_lt_contravar; [apply Rmult_lt_0_compat; lra|].
  (* e^u + e^-u - (e^t + e^-t) = (e^u - e^t) (1 - e^-t e^-u) *)
  assert (0 < (exp u - exp t) * (1 - exp (- t) * exp (- u))).
  { apply Rmult_lt_0_compat.
    - assert (exp t < exp u) by now apply exp_increasing. lra.
    - rewrite <- exp_plus. assert (exp (- t + - u) < exp 0) by (apply exp_increasing; lra).
      rewrite exp_0 in *. lra. }
  assert (K : (exp u - exp t) * (1 - exp (- t) * exp (- u))
              = exp u - exp t - (exp u * exp (- u)) * exp (- t) + (exp t * exp (- t)) * exp (- u))
    by ring.
  rewrite ET, EU in K. lra.
Qed.

Lemma s_decreasing_abs t u : Rabs t <= Rabs u -> s u <= s t.
Proof.
  intros [H|H]; rewrite <- (s_abs t), <- (s_abs u); [|rewrite H; lra].
  left. apply s_decreasing; [apply Rabs_pos | exact H].
Qed.

Lemma s_le_exp t : s t <= exp (- t).
Proof.
  rewrite s_alt, exp_Ropp. apply Rinv_le_contravar; [apply exp_pos|].
  assert (H := exp_pos t). assert (H' := Rinv_0_lt_compat _ H). lra.
Qed.

(** ** The loss and its derivatives in f *)

Lemma l_derive y f : is_derive (l y) f (dl y f).
Proof.
  unfold l, dl. auto_derive; [apply one_exp_pos|].
  assert (H := exp_pos (y * f)). rewrite exp_Ropp. field. lra.
Qed.

Lemma dl_derive y f : label y -> is_derive (dl y) f (s f).
Proof.
  intro Hy. assert (H := exp_pos (y * f)).
  unfold dl. auto_derive; [lra|].
  rewrite <- (s_label y f Hy). unfold s. rewrite exp_Ropp.
  assert (Y : y * y = 1) by (destruct Hy as [ -> | -> ]; ring).
  transitivity (y * y * exp (y * f) / (1 + exp (y * f)) ^ 2); [field; lra|].
  rewrite Y. field. lra.
Qed.

Lemma l_pos y f : 0 < l y f.
Proof.
  unfold l. rewrite <- ln_1. apply ln_increasing; [lra|]. assert (H := exp_pos (- (y * f))). lra.
Qed.

Lemma dl_sigma y f : dl y f = - y * sigma (- (y * f)).
Proof. unfold dl, sigma. now rewrite Ropp_involutive. Qed.

Lemma label_abs y : label y -> Rabs y = 1.
Proof. intros [ -> | -> ]; unfold Rabs; destruct (Rcase_abs _); lra. Qed.

(** |l'| = 1 - e^(-l): the slope is a function of the loss. *)
Lemma dl_abs y f : label y -> Rabs (dl y f) = 1 - exp (- l y f).
Proof.
  intro Hy. unfold l, dl. rewrite exp_Ropp, exp_ln by apply one_exp_pos.
  assert (H := one_exp_pos (y * f)). assert (H' := exp_pos (y * f)).
  unfold Rdiv. rewrite Rabs_mult, Rabs_Ropp, (label_abs y Hy).
  rewrite (Rabs_pos_eq (/ _)) by (left; now apply Rinv_0_lt_compat).
  rewrite exp_Ropp. field. lra.
Qed.

Lemma dl_abs_le y f : label y -> Rabs (dl y f) <= Rmin 1 (l y f).
Proof.
  intro Hy. rewrite (dl_abs _ _ Hy). apply Rmin_glb.
  - assert (H := exp_pos (- l y f)). lra.
  - assert (H := exp_ge_1_plus (- l y f)). lra.
Qed.

(** The slope never vanishes. *)
Lemma dl_abs_pos y f : label y -> 0 < Rabs (dl y f).
Proof.
  intro Hy. rewrite (dl_abs _ _ Hy). assert (H := l_pos y f).
  assert (exp (- l y f) < exp 0) by (apply exp_increasing; lra). rewrite exp_0 in *. lra.
Qed.

Lemma dl_0 y : dl y 0 = - y / 2.
Proof. unfold dl. rewrite Rmult_0_r, exp_0. field. Qed.

(** ** The loss is strictly convex in the output *)

Lemma dl_increasing y u v : label y -> u < v -> dl y u < dl y v.
Proof.
  intros Hy Huv.
  destruct (MVT_gen (dl y) u v s) as (m & _ & E).
  - intros t _. now apply dl_derive.
  - intros t _. apply continuity_pt_filterlim.
    apply (ex_derive_continuous (dl y) t). exists (s t). now apply dl_derive.
  - assert (0 < s m * (v - u)) by (apply Rmult_lt_0_compat; [apply s_pos | lra]). lra.
Qed.

(** The tangent at u lies strictly below the loss at every v other than u. *)
Lemma l_above_tangent y u v : label y -> u <> v -> l y u + dl y u * (v - u) < l y v.
Proof.
  intros Hy Huv.
  assert (M : forall a b, exists m, Rmin a b <= m <= Rmax a b /\ l y b - l y a = dl y m * (b - a)).
  { intros a b. apply (MVT_gen (l y) a b (dl y)).
    - intros t _. apply l_derive.
    - intros t _. apply continuity_pt_filterlim.
      apply (ex_derive_continuous (l y) t). exists (dl y t). apply l_derive. }
  (* two steps, so that the second mean value lies strictly beyond u *)
  set (h := (u + v) / 2).
  destruct (M u h) as (m1 & H1 & E1). destruct (M h v) as (m2 & H2 & E2).
  assert (mono : forall t t', t <= t' -> dl y t <= dl y t')
    by (intros t t' [H| -> ]; [left; now apply dl_increasing | lra]).
  replace (l y v) with (l y u + dl y m1 * (h - u) + dl y m2 * (v - h)) by lra.
  destruct (Rlt_le_dec u v) as [H|H].
  - rewrite Rmin_left, Rmax_right in H1, H2 by (unfold h; lra).
    assert (K1 : dl y u * (h - u) <= dl y m1 * (h - u))
      by (apply Rmult_le_compat_r; [unfold h; lra | apply mono; lra]).
    assert (K2 : dl y u * (v - h) < dl y m2 * (v - h)).
    { apply Rmult_lt_compat_r; [unfold h; lra|]. apply dl_increasing; [exact Hy|].
      unfold h in H2. lra. }
    lra.
  - assert (Hlt : v < u) by lra.
    rewrite Rmin_right, Rmax_left in H1, H2 by (unfold h; lra).
    assert (K1 : dl y m1 * (u - h) <= dl y u * (u - h))
      by (apply Rmult_le_compat_r; [unfold h; lra | apply mono; lra]).
    assert (K2 : dl y m2 * (h - v) < dl y u * (h - v)).
    { apply Rmult_lt_compat_r; [unfold h; lra|]. apply dl_increasing; [exact Hy|].
      unfold h in H2. lra. }
    lra.
Qed.

(** l' = sigma(f) - [y = 1] *)
Lemma dl_residual y u : label y -> dl y u = sigma u - (if Req_EM_T y 1 then 1 else 0).
Proof.
  intros Hy. unfold dl, sigma. assert (E := exp_mul_opp u). assert (H := exp_pos u).
  assert (H' := exp_pos (- u)).
  destruct (Req_EM_T y 1) as [ -> |N].
  - rewrite Rmult_1_l, exp_Ropp. field. lra.
  - destruct Hy as [Hy|Hy]; [contradiction|]. rewrite Hy. replace (-1 * u) with (- u) by ring.
    field. lra.
Qed.
