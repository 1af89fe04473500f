(** * The divergence of two logistic outputs, and its bounds (K1) to (K5)

    [divergence f0 f] = KL(Bern sigma(f0) || Bern sigma(f)): what the output f costs beyond the truth
    f0, per datum.  With t = |f - f0|, for all real f0 and f:
      (K1) D >= 2 (sigma(f) - sigma(f0))^2       (K2) D <= t^2/8
      (K3) D >= s(max(|f|, |f0|)) t^2/2          (K4) s(f0) (e^-t - 1 + t) <= D <= s(f0) (e^t - 1 - t)
      (K5) D <= (sigma(f) - sigma(f0))^2 / s(f)
    Notes: kl-bounds. *)

From Coq Require Import Reals Lra Psatz.
From Coquelicot Require Import Coquelicot.
From Flatcert Require Import Sums Logistic.
Open Scope R_scope.

(** The divergence of two laws on {0, 1} that give 1 the probabilities p and q. *)
Definition KL (p q : R) : R := p * ln (p / q) + (1 - p) * ln ((1 - p) / (1 - q)).
Definition divergence (f0 f : R) : R := KL (sigma f0) (sigma f).

(** log(1 + e^u), whose derivative is sigma *)
Definition softplus (u : R) : R := ln (1 + exp u).

(** ** sigma and softplus *)

Lemma sigma_pos u : 0 < sigma u.
Proof. apply Rinv_0_lt_compat, one_exp_pos. Qed.

Lemma sigma_opp u : sigma (- u) = 1 - sigma u.
Proof.
  unfold sigma. rewrite Ropp_involutive, exp_Ropp. assert (H := exp_pos u). field. lra.
Qed.

Lemma sigma_lt_1 u : sigma u < 1.
Proof. assert (H := sigma_pos (- u)). rewrite sigma_opp in H. lra. Qed.

Lemma sigma_0 : sigma 0 = 1 / 2.
Proof. unfold sigma. rewrite Ropp_0, exp_0. field. Qed.

Lemma s_variance u : s u = sigma u * (1 - sigma u).
Proof. now rewrite s_sigma, sigma_opp. Qed.

Lemma sigma_derive u : is_derive sigma u (s u).
Proof.
  unfold sigma. assert (H := one_exp_pos (- u)). auto_derive; [lra|].
  unfold s. rewrite exp_Ropp in *. assert (E := exp_pos u). field. lra.
Qed.

Lemma softplus_derive u : is_derive softplus u (sigma u).
Proof.
  unfold softplus, sigma. auto_derive; [apply one_exp_pos|]. rewrite exp_Ropp.
  assert (E := exp_pos u). field. lra.
Qed.

Lemma softplus_pos u : 0 < softplus u.
Proof.
  unfold softplus. rewrite <- ln_1. apply ln_increasing; [lra|]. assert (H := exp_pos u). lra.
Qed.

Lemma ln_sigma u : ln (sigma u) = u - softplus u.
Proof.
  unfold sigma, softplus. assert (H := one_exp_pos (- u)). rewrite ln_Rinv by exact H.
  replace (1 + exp u) with (exp u * (1 + exp (- u)))
    by (rewrite Rmult_plus_distr_l, exp_mul_opp; ring).
  rewrite ln_mult by (try apply exp_pos; exact H). rewrite ln_exp. ring.
Qed.

Lemma ln_sigma_opp u : ln (1 - sigma u) = - softplus u.
Proof.
  rewrite <- sigma_opp. unfold sigma, softplus. rewrite Ropp_involutive.
  now rewrite ln_Rinv by apply one_exp_pos.
Qed.

(** ** The rule behind all bounds: a function with a slope >= 0 does not fall *)

Lemma rises (M M' : R -> R) (v : R) :
  (forall u, is_derive M u (M' u)) -> 0 <= M 0 -> (forall u, 0 <= u <= v -> 0 <= M' u) ->
  0 <= v -> 0 <= M v.
Proof.
  intros HM H0 Hs Hv. destruct (MVT_gen M 0 v M') as (u & Hu & E).
  - intros u _. apply HM.
  - intros u _. apply continuity_pt_filterlim, (ex_derive_continuous M u). exists (M' u). apply HM.
  - rewrite Rmin_left, Rmax_right in Hu by exact Hv.
    assert (K : 0 <= M' u * (v - 0)) by (apply Rmult_le_pos; [now apply Hs | lra]). lra.
Qed.

(** Twice: a function that starts at 0 with slope 0 and is convex on [0, v]. *)
Lemma rises_twice (M M' M'' : R -> R) (v : R) :
  (forall u, is_derive M u (M' u)) -> (forall u, is_derive M' u (M'' u)) -> 0 <= M 0 -> 0 <= M' 0 ->
  (forall u, 0 <= u <= v -> 0 <= M'' u) -> 0 <= v -> 0 <= M v.
Proof.
  intros HM HM' H0 H0' Hs Hv. apply (rises M M' v HM H0); [|exact Hv].
  intros u Hu. apply (rises M' M'' u HM' H0'); [|apply Hu]. intros t Ht. apply Hs. lra.
Qed.

Lemma sigma_le u v : u <= v -> sigma u <= sigma v.
Proof.
  intros H. assert (K : 0 <= sigma (u + (v - u)) - sigma u).
  { apply (rises (fun t => sigma (u + t) - sigma u) (fun t => s (u + t))); [| | |lra].
    - intro t. auto_derive; [repeat split; eexists; apply sigma_derive|].
      rewrite (is_derive_unique _ _ _ (sigma_derive _)). ring.
    - rewrite Rplus_0_r. lra.
    - intros t _. left. apply s_pos. }
  replace (u + (v - u)) with v in K by ring. lra.
Qed.

Lemma sigma_injective u v : sigma u = sigma v -> u = v.
Proof.
  unfold sigma. intros E. apply (f_equal Rinv) in E. rewrite !Rinv_inv in E.
  assert (K : exp (- u) = exp (- v)) by lra.
  apply exp_inv in K. lra.
Qed.

(** ** The divergence as a Bregman divergence, its sign and its mirror image *)

Theorem bregman f0 f : divergence f0 f = softplus f - softplus f0 - sigma f0 * (f - f0).
Proof.
  unfold divergence, KL. assert (P0 := sigma_pos f0). assert (P1 := sigma_pos f).
  assert (Q0 := sigma_lt_1 f0). assert (Q1 := sigma_lt_1 f). unfold Rdiv.
  rewrite !ln_mult, !ln_Rinv by (first [lra | apply Rinv_0_lt_compat; lra]).
  rewrite !ln_sigma, !ln_sigma_opp. ring.
Qed.

Theorem divergence_mirror f0 f : divergence (- f0) (- f) = divergence f0 f.
Proof.
  unfold divergence, KL. rewrite !sigma_opp.
  replace (1 - (1 - sigma f0)) with (sigma f0) by ring.
  replace (1 - (1 - sigma f)) with (sigma f) by ring. ring.
Qed.

Lemma divergence_self f0 : divergence f0 f0 = 0.
Proof. rewrite bregman. ring. Qed.

(** The slope in the second argument, along f0 + v *)
Lemma divergence_derive f0 v :
  is_derive (fun v => divergence f0 (f0 + v)) v (sigma (f0 + v) - sigma f0).
Proof.
  assert (K : is_derive (fun v => softplus (f0 + v) - softplus f0 - sigma f0 * v) v
                        (sigma (f0 + v) - sigma f0)).
  { auto_derive; [repeat split; eexists; apply softplus_derive|].
    rewrite (is_derive_unique _ _ _ (softplus_derive _)). ring. }
  revert K. apply is_derive_ext. intro t. rewrite bregman. f_equal. ring.
Qed.

Lemma gap_derive f0 v : is_derive (fun v => sigma (f0 + v) - sigma f0) v (s (f0 + v)).
Proof.
  auto_derive; [repeat split; eexists; apply sigma_derive|].
  rewrite (is_derive_unique _ _ _ (sigma_derive _)). ring.
Qed.

(** What is true of f = f0 + v, v >= 0, and does not change in the mirror, is true of all f. *)
Lemma by_mirror (Q : R -> R -> Prop) :
  (forall f0 f, Q (- f0) (- f) -> Q f0 f) -> (forall f0 v, 0 <= v -> Q f0 (f0 + v)) ->
  forall f0 f, Q f0 f.
Proof.
  intros Hm H f0 f. destruct (Rle_lt_dec f0 f) as [L|L].
  - replace f with (f0 + (f - f0)) by ring. apply H. lra.
  - apply Hm. replace (- f) with (- f0 + (f0 - f)) by ring. apply H. lra.
Qed.

Lemma mirror_distance f0 f : Rabs (- f - - f0) = Rabs (f - f0).
Proof. rewrite <- Rabs_Ropp. f_equal. ring. Qed.

Lemma mirror_gap f0 f : (sigma (- f) - sigma (- f0)) ^ 2 = (sigma f - sigma f0) ^ 2.
Proof. rewrite !sigma_opp. ring. Qed.

Lemma distance_at f0 v : 0 <= v -> Rabs (f0 + v - f0) = v.
Proof. intros H. rewrite <- (Rabs_pos_eq v) at 2 by exact H. f_equal. ring. Qed.

(** ** (K1) *)

Theorem K1 f0 f : 2 * (sigma f - sigma f0) ^ 2 <= divergence f0 f.
Proof.
  revert f0 f. apply by_mirror.
  { intros f0 f. now rewrite divergence_mirror, mirror_gap. }
  intros f0 v Hv.
  enough (K : 0 <= divergence f0 (f0 + v) - 2 * (sigma (f0 + v) - sigma f0) ^ 2) by lra.
  apply (rises (fun v => divergence f0 (f0 + v) - 2 * (sigma (f0 + v) - sigma f0) ^ 2)
    (fun v => (sigma (f0 + v) - sigma f0) * (1 - 4 * s (f0 + v)))); [| | |exact Hv].
  - intro u. replace ((sigma (f0 + u) - sigma f0) * (1 - 4 * s (f0 + u)))
      with ((sigma (f0 + u) - sigma f0) - 4 * (sigma (f0 + u) - sigma f0) * s (f0 + u)) by ring.
    apply (is_derive_minus (fun v => divergence f0 (f0 + v))); [apply divergence_derive|].
    assert (G := gap_derive f0 u). auto_derive; [repeat split; eexists; apply sigma_derive|].
    rewrite (is_derive_unique _ _ _ (sigma_derive _)). ring.
  - rewrite Rplus_0_r, divergence_self. apply Req_le. ring.
  - intros u Hu. assert (S := s_le_quarter (f0 + u)).
    assert (G : sigma f0 <= sigma (f0 + u)) by (apply sigma_le; lra).
    apply Rmult_le_pos; lra.
Qed.

Theorem divergence_nonneg f0 f : 0 <= divergence f0 f.
Proof. assert (K := K1 f0 f). assert (H := pow2_ge_0 (sigma f - sigma f0)). lra. Qed.

(** The divergence vanishes at f = f0 and nowhere else. *)
Theorem divergence_zero f0 f : divergence f0 f = 0 <-> f = f0.
Proof.
  split; [|intros ->; apply divergence_self]. intros E. assert (K := K1 f0 f).
  assert (H := pow2_ge_0 (sigma f - sigma f0)). apply sigma_injective.
  assert (Z : (sigma f - sigma f0) ^ 2 = 0) by lra.
  destruct (Req_dec (sigma f - sigma f0) 0) as [Q|Q]; [lra|].
  exfalso. now apply (pow_nonzero _ 2) in Q.
Qed.

Lemma divergence_pos f0 f : f <> f0 -> 0 < divergence f0 f.
Proof.
  intros H. destruct (divergence_nonneg f0 f) as [L|L]; [exact L|].
  exfalso. apply H, divergence_zero. now symmetry.
Qed.

(** ** (K2) to (K4), by the second derivative: if s lies between two functions on the way from f0
    to f, then D lies between their double integrals. *)

Section SecondDerivative.
Variables (f0 v : R) (B B' B'' : R -> R).
Hypothesis v_nonneg : 0 <= v.
Hypothesis first : forall u, is_derive B u (B' u).
Hypothesis second : forall u, is_derive B' u (B'' u).
Hypothesis start : B 0 = 0 /\ B' 0 = 0.

Lemma above_by_curvature :
  (forall u, 0 <= u <= v -> s (f0 + u) <= B'' u) -> divergence f0 (f0 + v) <= B v.
Proof.
  intros H. enough (K : 0 <= B v - divergence f0 (f0 + v)) by lra.
  apply (rises_twice (fun v => B v - divergence f0 (f0 + v))
    (fun v => B' v - (sigma (f0 + v) - sigma f0)) (fun v => B'' v - s (f0 + v)));
    [| | | | |exact v_nonneg].
  - intro u. apply (is_derive_minus B); [apply first | apply divergence_derive].
  - intro u. apply (is_derive_minus B'); [apply second | apply gap_derive].
  - rewrite Rplus_0_r, divergence_self, (proj1 start). lra.
  - rewrite Rplus_0_r, (proj2 start). lra.
  - intros u Hu. specialize (H u Hu). lra.
Qed.

Lemma below_by_curvature :
  (forall u, 0 <= u <= v -> B'' u <= s (f0 + u)) -> B v <= divergence f0 (f0 + v).
Proof.
  intros H. enough (K : 0 <= divergence f0 (f0 + v) - B v) by lra.
  apply (rises_twice (fun v => divergence f0 (f0 + v) - B v)
    (fun v => (sigma (f0 + v) - sigma f0) - B' v) (fun v => s (f0 + v) - B'' v));
    [| | | | |exact v_nonneg].
  - intro u. apply (is_derive_minus (fun v => divergence f0 (f0 + v)));
      [apply divergence_derive | apply first].
  - intro u. apply (is_derive_minus (fun v => sigma (f0 + v) - sigma f0));
      [apply gap_derive | apply second].
  - rewrite Rplus_0_r, divergence_self, (proj1 start). lra.
  - rewrite Rplus_0_r, (proj2 start). lra.
  - intros u Hu. specialize (H u Hu). lra.
Qed.

End SecondDerivative.

Theorem K2 f0 f : divergence f0 f <= (f - f0) ^ 2 / 8.
Proof.
  revert f0 f. apply by_mirror.
  { intros f0 f. rewrite divergence_mirror. replace ((- f - - f0) ^ 2) with ((f - f0) ^ 2) by ring.
    auto. }
  intros f0 v Hv. replace ((f0 + v - f0) ^ 2 / 8) with (v ^ 2 / 8) by (f_equal; ring).
  apply (above_by_curvature f0 v (fun v => v ^ 2 / 8) (fun v => v / 4) (fun _ => / 4) Hv).
  - intro u. auto_derive; [exact I | field].
  - intro u. auto_derive; [exact I | field].
  - split; field.
  - intros u _. assert (S := s_le_quarter (f0 + u)). lra.
Qed.

(** (K3) with any m >= max(|f|, |f0|); the claim takes m = max(|f|, |f0|). *)
Theorem K3_level m f0 f :
  Rabs f <= m -> Rabs f0 <= m -> s m * (f - f0) ^ 2 / 2 <= divergence f0 f.
Proof.
  revert f0 f. refine (by_mirror _ _ _).
  { intros f0 f. rewrite divergence_mirror, !Rabs_Ropp.
    replace ((- f - - f0) ^ 2) with ((f - f0) ^ 2) by ring. auto. }
  intros f0 v Hv Hf Hf0.
  replace (s m * (f0 + v - f0) ^ 2 / 2) with (s m * v ^ 2 / 2) by (f_equal; ring).
  apply (below_by_curvature f0 v (fun v => s m * v ^ 2 / 2) (fun v => s m * v) (fun _ => s m) Hv).
  - intro u. auto_derive; [exact I | field].
  - intro u. auto_derive; [exact I | ring].
  - split; field.
  - intros u Hu. apply s_decreasing_abs.
    assert (A := Rle_abs (f0 + v)). assert (A0 := Rle_abs (- f0)). rewrite Rabs_Ropp in A0.
    assert (M := Rle_abs m). apply Rle_trans with m; [|exact M]. apply Rabs_le. lra.
Qed.

Theorem K3 f0 f : s (Rmax (Rabs f) (Rabs f0)) * (f - f0) ^ 2 / 2 <= divergence f0 f.
Proof. apply K3_level; [apply Rmax_l | apply Rmax_r]. Qed.

(** The softness changes by at most the factor e^(+-v) over a distance v. *)
Lemma s_shift f0 v : 0 <= v -> s f0 * exp (- v) <= s (f0 + v) <= s f0 * exp v.
Proof.
  intros Hv. assert (V : 1 <= exp v) by (rewrite <- exp_0; now apply exp_le).
  assert (E := exp_pos f0). assert (E' := exp_pos (- f0)). assert (VV := exp_mul_opp v).
  assert (V' := exp_pos (- v)). assert (W : exp (- v) <= 1) by nra.
  rewrite !s_alt, Ropp_plus_distr, !exp_plus.
  set (e := exp f0) in *. set (e' := exp (- f0)) in *. set (u := exp v) in *.
  set (u' := exp (- v)) in *.
  assert (A : 0 < 2 + e + e') by lra.
  assert (B : 0 < 2 + e * u + e' * u')
    by (assert (0 < e * u) by nra; assert (0 < e' * u') by nra; lra).
  split; apply Rmult_le_reg_l with ((2 + e + e') * (2 + e * u + e' * u'));
    try (now apply Rmult_lt_0_compat).
  - replace (_ * (/ _ * u')) with ((2 + e * u + e' * u') * u') by (field; lra).
    replace (_ * / _) with (2 + e + e') by (field; lra).
    replace ((2 + e * u + e' * u') * u') with (2 * u' + e * (u * u') + e' * (u' * u')) by ring.
    rewrite VV. assert (u' * u' <= 1) by nra. nra.
  - replace (_ * / _) with (2 + e + e') by (field; lra).
    replace (_ * (/ _ * u)) with ((2 + e * u + e' * u') * u) by (field; lra).
    replace ((2 + e * u + e' * u') * u) with (2 * u + e * (u * u) + e' * (u * u')) by ring.
    rewrite VV. assert (1 <= u * u) by nra. nra.
Qed.

Theorem K4_below f0 f :
  s f0 * (exp (- Rabs (f - f0)) - 1 + Rabs (f - f0)) <= divergence f0 f.
Proof.
  revert f0 f. apply by_mirror.
  { intros f0 f. now rewrite divergence_mirror, s_even, mirror_distance. }
  intros f0 v Hv. rewrite (distance_at f0 v Hv).
  apply (below_by_curvature f0 v (fun v => s f0 * (exp (- v) - 1 + v)) (fun v => s f0 * (1 - exp (- v)))
    (fun v => s f0 * exp (- v)) Hv).
  - intro u. auto_derive; [exact I | ring].
  - intro u. auto_derive; [exact I | ring].
  - rewrite Ropp_0, exp_0. split; ring.
  - intros u Hu. apply s_shift. lra.
Qed.

Theorem K4_above f0 f :
  divergence f0 f <= s f0 * (exp (Rabs (f - f0)) - 1 - Rabs (f - f0)).
Proof.
  revert f0 f. apply by_mirror.
  { intros f0 f. now rewrite divergence_mirror, s_even, mirror_distance. }
  intros f0 v Hv. rewrite (distance_at f0 v Hv).
  apply (above_by_curvature f0 v (fun v => s f0 * (exp v - 1 - v)) (fun v => s f0 * (exp v - 1))
    (fun v => s f0 * exp v) Hv).
  - intro u. auto_derive; [exact I | ring].
  - intro u. auto_derive; [exact I | ring].
  - rewrite exp_0. split; ring.
  - intros u Hu. apply s_shift. lra.
Qed.

(** ** (K5), by log r <= r - 1 in both terms *)

Lemma ln_le_minus_1 r : 0 < r -> ln r <= r - 1.
Proof. intros H. assert (K := exp_ge_1_plus (ln r)). rewrite exp_ln in K by exact H. lra. Qed.

Theorem K5 f0 f : divergence f0 f <= (sigma f - sigma f0) ^ 2 / s f.
Proof.
  unfold divergence, KL. rewrite s_variance.
  assert (P0 := sigma_pos f0). assert (P1 := sigma_pos f).
  assert (Q0 := sigma_lt_1 f0). assert (Q1 := sigma_lt_1 f).
  set (p := sigma f0) in *. set (q := sigma f) in *.
  apply Rle_trans with (p * (p / q - 1) + (1 - p) * ((1 - p) / (1 - q) - 1)).
  - apply Rplus_le_compat; apply Rmult_le_compat_l; try lra;
      apply ln_le_minus_1, Rdiv_lt_0_compat; lra.
  - apply Req_le. field. lra.
Qed.
