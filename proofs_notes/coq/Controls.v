(** * False twins of the main theorems

    Each theorem [<name>_is_false] refutes a statement of ControlsStatements.v in which one constant
    is changed or one assumption is dropped; the comment names the control of verify/claims that says
    the same or nearly the same.  Theorem 3.1 has its own file, ControlsFlat.v. *)

From Coq Require Import Reals Lra Lia Psatz List.
From Coquelicot Require Import Coquelicot.
From Flatcert Require Import Sums Logistic Network BlockNorm Spectrum Master TV TStat TGamma
  ControlsStatements ControlsSteep ControlsPair.
Import ListNotations.
Open Scope R_scope.

(** ** Block norm *)

(** block-const *)
Theorem BlockNorm_norm_is_false : ~ BlockNorm_statement (999/1000) 1.
Proof.
  intro F. assert (K := proj2 (block_norm (3/4)) _ (proj1 (F (3/4)))).
  rewrite root_25_16 in K. lra.
Qed.

(** block-absx *)
Theorem BlockNorm_one_is_false : ~ BlockNorm_statement 1 0.
Proof.
  intro F. assert (K := proj2 (block_norm 0) _ (proj1 (F 0))).
  replace (1 + 0 ^ 2) with 1 in K by ring. replace (0 + 0 ^ 2) with 0 in K by ring.
  rewrite sqrt_1, sqrt_0 in K. lra.
Qed.

Theorem Residual_share_is_false : ~ Residual_statement (99/100).
Proof.
  intro F. assert (K := F (steep 1) one_datum 0%nat (proj1 one_datum_labelled)).
  rewrite steep_rnorm, steep_res in K by lra. lra.
Qed.

(** ** Jensen *)

(** No neuron, f = c0 *)
Definition constant (c0 : R) : network := Network 0 (fun _ => 0) (fun _ => 0) (fun _ => 0) c0.

Lemma constant_f c0 t : f (constant c0) t = c0.
Proof. unfold f. simpl. ring. Qed.

(** J-jensen *)
Theorem Jensen_scale_is_false : ~ Jensen_statement (999/1000).
Proof.
  intro F. assert (K := F (constant 0) one_datum one_datum_labelled).
  unfold loss, slope in K. change (n one_datum) with 1%nat in K. cbn [seq Sum] in K.
  rewrite !constant_f, dl_0 in K. unfold l in K. simpl y in K.
  rewrite Rmult_0_r, Ropp_0, exp_0 in K. simpl INR in K.
  replace (- (/ 1 * (ln (1 + 1) + 0))) with (- ln 2) in K
    by (replace (1 + 1) with 2 by ring; field).
  rewrite exp_Ropp, exp_ln, Rabs_left in K by lra. lra.
Qed.

Lemma exp_minus_le L : 0 <= L -> exp (- L) <= / (1 + L).
Proof.
  intros H. rewrite exp_Ropp. apply Rinv_le_contravar; [lra | apply exp_ge_1_plus].
Qed.

(** meanl-L/2 *)
Theorem JensenCap_half_is_false : ~ JensenCap_statement 1 (1/2).
Proof.
  intro F. assert (K := Rle_trans _ _ _ (F (1/2)) (Rmin_r _ _)).
  assert (E := exp_minus_le (1/2)). lra.
Qed.

(** J-loss *)
Theorem JensenCap_scale_is_false : ~ JensenCap_statement 1 (99/100).
Proof.
  intro F. assert (K := Rle_trans _ _ _ (F (1/100)) (Rmin_r _ _)).
  assert (E := exp_minus_le (1/100)). lra.
Qed.

(** J-cap *)
Theorem JensenCap_cap_is_false : ~ JensenCap_statement (99/100) 1.
Proof.
  intro F. assert (K := Rle_trans _ _ _ (F 200) (Rmin_l _ _)).
  assert (E := exp_minus_le 200). lra.
Qed.

(** ** lambda_max of the witnesses *)

(** One steep neuron: the gap of T is below 1/1000 for h = 16, and below 1/10000 for h = 64. *)
Lemma steep_16 :
  exists lam, is_lambda_max (steep 16) one_datum lam /\ lam <= 199625782729/1000000000.
Proof.
  destruct (lambda_max_exists (steep 16) one_datum (proj1 one_datum_labelled)) as [lam H].
  exists lam. split; [exact H|]. apply (steep_below 16 ltac:(lra) _ lam H); lra.
Qed.

Lemma steep_64 : exists lam, is_lambda_max (steep 64) one_datum lam /\ lam <= 31996251/10000.
Proof.
  destruct (lambda_max_exists (steep 64) one_datum (proj1 one_datum_labelled)) as [lam H].
  exists lam. split; [exact H|]. apply (steep_below 64 ltac:(lra) _ lam H); lra.
Qed.

(** The balanced mirrored pair (lambda_max = 41/64), and an unbalanced one (93/128) *)
Lemma balanced_pair : exists lam, is_lambda_max (pair 1 (5/3) 0) (four_data both) lam /\ lam <= 41/64.
Proof.
  destruct (lambda_max_exists (pair 1 (5/3) 0) (four_data both) (pair_nonempty both)) as [lam H].
  exists lam. split; [exact H|]. assert (K := both_below 1 (5/3) ltac:(lra) ltac:(lra) lam H). lra.
Qed.

Lemma unbalanced_pair : exists lam, is_lambda_max (pair 1 2 0) (four_data both) lam /\ lam <= 93/128.
Proof.
  destruct (lambda_max_exists (pair 1 2 0) (four_data both) (pair_nonempty both)) as [lam H].
  exists lam. split; [exact H|]. assert (K := both_below 1 2 ltac:(lra) ltac:(lra) lam H). lra.
Qed.

Definition quarter (_ : nat) : R := 1/4.
Lemma quarter_uniform j : (j < 4)%nat -> quarter j = 1/4.
Proof. reflexivity. Qed.

Ltac steep_facts h K :=
  rewrite ?(steep_pathsum h ltac:(lra) sure eq_refl), ?(steep_Dq h ltac:(lra) sure eq_refl),
    ?(steep_imbalance h ltac:(lra) sure eq_refl), ?(steep_rho h ltac:(lra) sure eq_refl),
    ?(steep_res h ltac:(lra)), ?(steep_rmax h ltac:(lra)) in K.
Ltac pair_facts h u K :=
  rewrite ?(pair_pathsum h u 0 both ltac:(lra) ltac:(lra) quarter quarter_uniform),
    ?(pair_Dq h u 0 both ltac:(lra) quarter quarter_uniform),
    ?(pair_imbalance h u 0 both ltac:(lra) ltac:(lra) quarter quarter_uniform),
    ?(rho_stationary _ _ quarter (both_stationary h u ltac:(lra))),
    ?(both_rmax h u ltac:(lra)), ?(both_grad h u ltac:(lra)), ?s_0 in K.

(** ** Master (M) *)

Ltac on_pair h u lemma F :=
  destruct lemma as (lam & H & L);
  assert (K := F _ _ quarter lam (pair_nonempty both)
                 (pair_law both quarter quarter_uniform) H);
  pair_facts h u K; lra.
Ltac on_steep h lemma F :=
  destruct lemma as (lam & H & L);
  assert (K := F _ _ sure lam (proj1 one_datum_labelled) sure_law H); steep_facts h K; lra.

(** M-slope, M-lead, M-imbalance, M-drop-rho, M-rho *)
Theorem M_slope_is_false : ~ M_statement 1 (2001/1000) 1 1.
Proof. intro F. on_pair 1 (5/3) balanced_pair F. Qed.
Theorem M_lead_is_false : ~ M_statement (1001/1000) 2 1 1.
Proof. intro F. on_pair 1 (5/3) balanced_pair F. Qed.
Theorem M_imbalance_is_false : ~ M_statement 1 2 (1001/1000) 1.
Proof. intro F. on_pair 1 2 unbalanced_pair F. Qed.
Theorem M_gradient_is_false : ~ M_statement 1 2 1 (99/100).
Proof. intro F. on_steep 16 steep_16 F. Qed.
Theorem M_no_gradient_is_false : ~ M_statement 1 2 1 0.
Proof. intro F. on_steep 16 steep_16 F. Qed.

(** ** T: T-const2, T-lead, T-res-coeff, T-drop-residual *)

Theorem T_slope_is_false : ~ T_statement 1 (2001/1000) 1.
Proof. intro F. on_steep 16 steep_16 F. Qed.
Theorem T_lead_is_false : ~ T_statement (1001/1000) 2 1.
Proof. intro F. on_steep 64 steep_64 F. Qed.
Theorem T_residual_is_false : ~ T_statement 1 2 (99/100).
Proof. intro F. on_steep 16 steep_16 F. Qed.
Theorem T_no_residual_is_false : ~ T_statement 1 2 0.
Proof. intro F. on_steep 16 steep_16 F. Qed.

(** ** T-star: TS-const2, TS-lead, TS-res-coeff *)

Theorem TStar_slope_is_false : ~ TStar_statement 1 (2001/1000) 1.
Proof. intro F. on_pair 1 (5/3) balanced_pair F. Qed.
Theorem TStar_lead_is_false : ~ TStar_statement (1001/1000) 2 1.
Proof. intro F. on_pair 1 (5/3) balanced_pair F. Qed.
Theorem TStar_residual_is_false : ~ TStar_statement 1 2 (99/100).
Proof. intro F. on_steep 16 steep_16 F. Qed.

(** ** T-grad: TG-const2, TG-lead, TG-imbalance, TG-drop-gradient *)

Theorem TGrad_slope_is_false : ~ TGrad_statement 1 (2001/1000) 1 1.
Proof. intro F. on_pair 1 (5/3) balanced_pair (fun N D q lam Hn Hq => F N D q lam Hq Hn). Qed.
Theorem TGrad_lead_is_false : ~ TGrad_statement (1001/1000) 2 1 1.
Proof. intro F. on_pair 1 (5/3) balanced_pair (fun N D q lam Hn Hq => F N D q lam Hq Hn). Qed.
Theorem TGrad_imbalance_is_false : ~ TGrad_statement 1 2 (1001/1000) 1.
Proof. intro F. on_pair 1 2 unbalanced_pair (fun N D q lam Hn Hq => F N D q lam Hq Hn). Qed.
Theorem TGrad_no_gradient_is_false : ~ TGrad_statement 1 2 1 0.
Proof. intro F. on_steep 16 steep_16 (fun N D q lam Hn Hq => F N D q lam Hq Hn). Qed.

(** ** T-stat: stat-const2, stat-lead, stat-imbalance, stat-anywhere *)

Ltac stat_on_pair h u lemma F :=
  destruct lemma as (lam & H & L);
  assert (K := F _ _ lam (pair_nonempty both) (both_stationary h u ltac:(lra)) H);
  rewrite (pair_P h u 0 both ltac:(lra)),
    (pair_pathsum h u 0 both ltac:(lra) ltac:(lra) _ (pair_soft h u 0 both ltac:(lra))),
    (pair_imbalance h u 0 both ltac:(lra) ltac:(lra) _ (pair_soft h u 0 both ltac:(lra))), s_0 in K;
  lra.

Theorem TStat_slope_is_false : ~ TStat_statement stationary 1 (2001/1000) 1.
Proof. intro F. stat_on_pair 1 (5/3) balanced_pair F. Qed.
Theorem TStat_lead_is_false : ~ TStat_statement stationary (1001/1000) 2 1.
Proof. intro F. stat_on_pair 1 (5/3) balanced_pair F. Qed.
Theorem TStat_imbalance_is_false : ~ TStat_statement stationary 1 2 (1001/1000).
Proof. intro F. stat_on_pair 1 2 unbalanced_pair F. Qed.

Theorem TStat_anywhere_is_false : ~ TStat_statement (fun _ _ => True) 1 2 1.
Proof.
  intro F. destruct steep_16 as (lam & H & L).
  assert (K := F _ _ lam (proj1 one_datum_labelled) I H).
  assert (S := soft_sure 16 ltac:(lra) 0%nat).
  rewrite (steep_P 16 ltac:(lra)), (steep_pathsum 16 ltac:(lra) _ S),
    (steep_imbalance 16 ltac:(lra) _ S) in K. lra.
Qed.

(** ** TV *)

(** TV-scale *)
Theorem TV_scale_is_false : ~ TV_statement gmin (1001/1000).
Proof.
  intro F. assert (Q : forall j, (j < n (four_data both))%nat -> 0 <= quarter j)
    by (intros; unfold quarter; lra).
  assert (K := F (pair 1 (5/3) 0) (four_data both) quarter Q).
  change (TV_with gmin) with TV in K.
  rewrite (pair_TV 1 (5/3) 0 both ltac:(lra) ltac:(lra) quarter quarter_uniform) in K.
  pair_facts 1 (5/3) K. lra.
Qed.

(** A neuron that is never active: its kink, 10, lies beyond the only datum. *)
Definition dead : network := Network 1 (fun _ => 1) (fun _ => -10) (fun _ => 1) 0.

Lemma dead_TV weight q : TV_with weight dead one_datum q = weight one_datum q 10.
Proof.
  assert (E : kink dead 0 = 10) by (unfold kink; simpl; field).
  unfold TV_with, jump, kinks. change (k dead) with 1%nat. cbn [seq filter w dead].
  destruct (Req_EM_T 1 0); [exfalso; lra|]. cbn [map nodup]. rewrite E.
  destruct (in_dec Req_EM_T 10 []) as [[]|_]. cbn [Sum]. fold dead. rewrite E.
  destruct (Req_EM_T 10 10); [|easy]. simpl.
  replace (1 * Rabs 1 + 0) with 1 by (rewrite Rabs_R1; ring). rewrite Rabs_R1. ring.
Qed.

Lemma dead_tails : gplus one_datum sure 10 = 0 /\ gminus one_datum sure 10 = 185/16.
Proof.
  assert (B : below 10 (3/4) = 0 /\ below (3/4) 10 = 1)
    by (unfold below; split; destruct (Rlt_dec _ _); lra).
  unfold gplus, gminus, sure. change (n one_datum) with 1%nat. cbn [seq Sum x one_datum].
  destruct B as [-> ->]. split; [ring|].
  replace (1 * 1 * (3/4) + 0) with (3/4) by field. replace ((1 * 1 + 0) ^ 2) with 1 by ring.
  replace ((3/4) ^ 2 + 1) with (1 + (3/4) ^ 2) by ring. rewrite root_25_16. field.
Qed.

Lemma dead_pathsum : pathsum dead one_datum sure = 0.
Proof.
  unfold pathsum, gside. change (k dead) with 1%nat. cbn [seq Sum]. simpl w.
  destruct (Rlt_dec 0 1); [|lra]. replace (kink dead 0) with 10 by (unfold kink; simpl; field).
  rewrite (proj1 dead_tails). ring.
Qed.

Ltac on_dead F K := assert (K := F dead one_datum sure (fun j _ => Rle_0_1));
  rewrite dead_TV, dead_pathsum in K.

(** g-max *)
Theorem TV_larger_is_false : ~ TV_statement (fun D q t => Rmax (gplus D q t) (gminus D q t)) 1.
Proof.
  intro F. on_dead F K. destruct dead_tails as [Gp Gm]. rewrite Gp, Gm, Rmax_right in K by lra. lra.
Qed.

(** TV-drop-weight *)
Theorem TV_unweighted_is_false : ~ TV_statement (fun _ _ _ => 1) 1.
Proof. intro F. on_dead F K. lra. Qed.

(** ** T-gamma *)

(** Theorem 3.5 for a mirrored pair with output t at level |t|, in numbers *)
Lemma gamma_on_pair stable slope lead level residual h u t labels eta lam :
  TGamma_statement stable slope lead level residual ->
  0 < h -> 0 < u -> is_lambda_max (pair h u t) (four_data labels) lam -> 0 < eta -> stable eta lam ->
  0 < slope ->
  15/32 * h * u
  <= / (slope * s (level * Rabs t)) * (2 / eta + residual * res (pair h u t) (four_data labels))
     - lead / slope.
Proof.
  intros F Hh Hu Hlam He Hs Hp.
  assert (HA : exists j, (j < n (four_data labels))%nat
                         /\ Rabs (f (pair h u t) (x (four_data labels) j)) <= Rabs t).
  { exists 0%nat. split; [simpl; lia|]. rewrite pair_f by (exact Hu || lia). apply Rle_refl. }
  assert (K := F _ _ (Rabs t) eta lam (pair_nonempty labels) HA Hlam He Hs).
  rewrite pair_TV, pair_count in K
    by (exact Hh || exact Hu || apply Rle_refl
        || (intros; apply pair_uniform; (exact Hu || apply Rle_refl || assumption))).
  assert (Hg := s_pos (level * Rabs t)).
  replace (INR (n (four_data labels)) / (slope * 4 * s (level * Rabs t)))
    with (/ (slope * s (level * Rabs t))) in K by (simpl; field; lra).
  exact K.
Qed.

Lemma steep_pair h u :
  0 < h -> 0 < u ->
  exists lam, is_lambda_max (pair h u 0) (four_data both) lam
              /\ lam <= 1/4 * (1 + (25/16 * h ^ 2 + 9/16 * u ^ 2) / 2).
Proof.
  intros Hh Hu.
  destruct (lambda_max_exists (pair h u 0) (four_data both) (pair_nonempty both)) as [lam H].
  exists lam. split; [exact H|]. now apply both_below.
Qed.

(** 2/eta is set to the bound [L] of lambda_max. *)
Ltac gamma_on_steep_pair h u L F :=
  destruct (steep_pair h u ltac:(lra) ltac:(lra)) as (lam & H & B);
  assert (K := gamma_on_pair _ _ _ _ _ h u 0 both (2 / L) lam F ltac:(lra) ltac:(lra) H ltac:(lra));
  rewrite Rabs_R0, Rmult_0_r, s_0, both_res in K by lra;
  assert (S : stable_at (2 / L) lam) by (unfold stable_at; lra);
  specialize (K S ltac:(lra)); lra.

(** gamma-slope *)
Theorem TGamma_slope_is_false : ~ TGamma_statement stable_at (2001/1000) 1 1 1.
Proof. intro F. gamma_on_steep_pair 64 (320/3) (6401/4) F. Qed.

(** gamma-lead, at the limit of this witness; lopsided data refute 8/5 as well *)
Theorem TGamma_lead_is_false : ~ TGamma_statement stable_at 2 4 1 1.
Proof. intro F. gamma_on_steep_pair 16 (80/3) (401/4) F. Qed.

(** gamma-unstable *)
Theorem TGamma_unstable_is_false : ~ TGamma_statement (fun _ _ => True) 2 1 1 1.
Proof.
  intro F. destruct (steep_pair 16 (80/3) ltac:(lra) ltac:(lra)) as (lam & H & _).
  assert (K := gamma_on_pair _ _ _ _ _ 16 (80/3) 0 both 2 lam F ltac:(lra) ltac:(lra) H
                 ltac:(lra) I ltac:(lra)).
  rewrite Rabs_R0, Rmult_0_r, s_0, both_res in K by lra. lra.
Qed.

(** gamma-drop-residual *)
Theorem TGamma_no_residual_is_false : ~ TGamma_statement stable_at 2 1 1 0.
Proof.
  intro F.
  destruct (lambda_max_exists (pair 16 (80/3) 0) (four_data plus) (pair_nonempty plus)) as [lam H].
  assert (B := one_sided_below lam H).
  assert (S : stable_at (2 / 100) lam) by (unfold stable_at; lra).
  assert (K := gamma_on_pair _ _ _ _ _ 16 (80/3) 0 plus (2 / 100) lam F ltac:(lra) ltac:(lra) H
                 ltac:(lra) S ltac:(lra)).
  rewrite Rabs_R0, Rmult_0_r, s_0, Rmult_0_l in K. lra.
Qed.

(** s(99/50) >= 101/100 s(2), and s(99/50) >= 1/12 *)
Lemma softness_step : 101/100 * s 2 <= s (99/50) /\ 1/12 <= s (99/50).
Proof.
  rewrite !s_alt. set (E := exp (99/50)). set (e := exp (- (99/50))).
  assert (Ee : E * e = 1) by apply exp_mul_opp.
  assert (E4 : 39601/10000 <= E).
  { unfold E. replace (99/50) with (99/100 + 99/100) by field. rewrite exp_plus.
    assert (K := exp_ge_1_plus (99/100)). nra. }
  assert (E9 : E <= 9).
  { apply Rle_trans with (exp (1 + 1)); [apply exp_le; lra|]. rewrite exp_plus.
    assert (K := exp_le_3). assert (K' := exp_pos 1). nra. }
  assert (e0 : 0 < e) by apply exp_pos.
  assert (e1 : e <= 10000/39601) by nra.
  assert (A : 51/50 * E <= exp 2).
  { replace 2 with (99/50 + 1/50) by field. rewrite exp_plus. fold E.
    assert (K := exp_ge_1_plus (1/50)). nra. }
  assert (B : 49/50 * e <= exp (- (2))).
  { replace (- (2)) with (- (99/50) + - (1/50)) by field. rewrite exp_plus. fold e.
    assert (K := exp_ge_1_plus (- (1/50))). nra. }
  split.
  - apply Rle_trans with (101/100 * / (101/100 * (2 + E + e))).
    + apply Rmult_le_compat_l; [lra|]. apply Rinv_le_contravar; [lra|]. nra.
    + apply Req_le. field. lra.
  - unfold Rdiv. rewrite Rmult_1_l. apply Rinv_le_contravar; lra.
Qed.

(** Gamma-level, on data with f = 2 *)
Theorem TGamma_level_is_false : ~ TGamma_statement stable_at 2 1 (99/100) 1.
Proof.
  intro F.
  destruct (lambda_max_exists (pair 64 (320/3) 2) (four_data both) (pair_nonempty both)) as [lam H].
  assert (B := pair_above 64 (320/3) 2 both ltac:(lra) ltac:(lra) both_ok lam H).
  assert (R := pair_res 64 (320/3) 2 both ltac:(lra) both_ok).
  destruct softness_step as [S1 S2]. assert (S0 := s_pos 2).
  set (L := 6401 * s 2 + 5/4).
  assert (HL : 0 < L) by (unfold L; lra).
  assert (S : stable_at (2 / L) lam).
  { unfold stable_at. replace (2 / (2 / L)) with L by (field; lra). unfold L. lra. }
  assert (K := gamma_on_pair _ _ _ _ _ 64 (320/3) 2 both (2 / L) lam F ltac:(lra) ltac:(lra) H
                 ltac:(apply Rdiv_lt_0_compat; lra) S ltac:(lra)).
  rewrite Rabs_pos_eq in K by lra. replace (99/100 * 2) with (99/50) in K by field.
  replace (2 / (2 / L)) with L in K by (field; lra).
  set (g := s (99/50)) in *.
  assert (K' : 6401 * g <= L + 1 * res (pair 64 (320/3) 2) (four_data both)).
  { apply Rmult_le_reg_l with (/ (2 * g)); [apply Rinv_0_lt_compat; lra|].
    replace (/ (2 * g) * (6401 * g)) with (6401/2) by (field; lra). lra. }
  unfold L in K'. lra.
Qed.
