(** * From weak to strong generalization, for the noise at hand (weak-to-strong, deterministic half)

    All data lie in I = [lo, lo + len], at dyadic points of a level [depth]; f and f0 are any functions,
    |f|, |f0| <= B at the data, W >= TV(f' - f0'; I) and tau >= L(f) - L(f0).  The noise is split into
    xi = coarse + fine, where fine is orthogonal to 1 and x: in the notes coarse = Pi xi, the projection.  If
    |<fine, Lam_{r,k}>_n| <= u_r for all hats then
      mean_j D(f0_j || f_j) <= 2 A^2/Gamma(B) + 2 sum_{r < depth} (len W 2^-r/4) u_r + 2 tau,
    A^2 = <coarse, coarse>_n.  Coarse levels r < l0 drop out where fine is orthogonal to their hats too:
    then u_r = 0.  The event of the notes, which says how large A and u_r are, is probability and not
    treated here.  Notes: weak-to-strong. *)

From Coq Require Import Reals Lra Lia List.
From Flatcert Require Import Sums Logistic Network Divergence Excess RobustWeight RobustStability
  FaberSchauder SlopeVariation.
Open Scope R_scope.

(** Every datum is a dyadic point of the level. *)
Definition dyadic (D : data) (lo len : R) (depth : nat) : Prop :=
  forall j, (j < n D)%nat -> exists m, (m <= 2 ^ depth)%nat /\ x D j = point lo len depth m.

(** Values of a function at the data *)
Definition at_data (D : data) (F : R -> R) (j : nat) : R := F (x D j).

(** xi = coarse + fine, fine orthogonal to affine functions *)
Definition splits_noise (D : data) (xi coarse fine : nat -> R) : Prop :=
  (forall j, (j < n D)%nat -> xi j = coarse j + fine j)
  /\ inner D fine (fun _ => 1) = 0 /\ inner D fine (x D) = 0.

(** |<fine, hat>_n| <= u_r for all hats of the levels below [depth] *)
Definition hats_bounded (D : data) (lo len : R) (depth : nat) (fine u : nat -> R) : Prop :=
  forall r m, (r < depth)%nat -> (m < 2 ^ r)%nat ->
  Rabs (inner D fine (at_data D (hat lo len r m))) <= u r.

(** sum_{r < depth} (len W 2^-r/4) u_r *)
Definition Rsum (len W : R) (depth : nat) (u : nat -> R) : R :=
  \sum_(r < depth) len / 2 ^ r / 4 * W * u r.

(** The noise always splits, with a part that is affine: the projection. *)
Theorem noise_splits D xi :
  (0 < n D)%nat ->
  exists A B, splits_noise D xi (fun j => A + B * x D j) (fun j => xi j - (A + B * x D j)).
Proof.
  intros Hn. assert (Rn := lt_0_INR _ Hn).
  set (one := fun _ : nat => 1). set (m := inner D one (x D)).
  set (arm := fun j => x D j - m).
  assert (O : inner D one one = 1).
  { unfold inner, one. rewrite (sum_ext (n D) _ (fun _ => 1)), sum_const by (intros; ring). field.
    lra. }
  assert (M : inner D one arm = 0).
  { rewrite (inner_ext D one arm (fun j => x D j + - m * one j)) by (intros; unfold arm, one; ring).
    rewrite inner_plus, inner_scale, O. unfold m. ring. }
  set (v := inner D arm arm).
  set (B := if Req_EM_T v 0 then 0 else inner D xi arm / v).
  set (A := inner D xi one - B * m).
  set (fine := fun j => xi j - (A + B * x D j)).
  assert (F : forall w, inner D fine w
                        = inner D xi w - inner D xi one * inner D one w - B * inner D arm w).
  { intro w. rewrite !(inner_sym D _ w).
    rewrite (inner_ext D w fine (fun j => xi j + (- inner D xi one * one j + - B * arm j)))
      by (intros; unfold fine, A, arm, one; ring).
    rewrite !inner_plus, !inner_scale. rewrite (inner_sym D w one). ring. }
  assert (F1 : inner D fine one = 0) by (rewrite F, O, (inner_sym D arm), M; ring).
  assert (Farm : inner D fine arm = 0).
  { unfold B in F. destruct (Req_EM_T v 0) as [Z|Z].
    - (* all places are equal *)
      unfold inner. rewrite sum_zero; [ring|]. intros j Hj.
      assert (S : arm j * arm j = 0).
      { apply Rle_antisym; [|apply Rle_0_sqr].
        assert (T : \sum_(i < n D) arm i * arm i = 0).
        { unfold v, inner in Z. apply Rmult_integral in Z. destruct Z as [Z|Z]; [|exact Z].
          exfalso. assert (P := inv_n_pos D Hn). lra. }
        rewrite <- T. apply (Sum_term_le (fun i => arm i * arm i)); [|now apply in_range].
        intros i _. apply Rle_0_sqr. }
      apply Rmult_integral in S. destruct S as [S|S]; rewrite S; ring.
    - rewrite F, M. fold v. field. exact Z. }
  exists A, B. fold fine. split; [intros j _; unfold fine; ring|]. split; [exact F1|].
  rewrite (inner_ext D fine (x D) (fun j => arm j + m * one j)) by (intros; unfold arm, one; ring).
  rewrite inner_plus, inner_scale, F1, Farm. ring.
Qed.

Section Noise.
Variables (D : data) (lo len : R) (depth : nat).
Hypothesis len_pos : 0 < len.
Hypothesis places_dyadic : dyadic D lo len depth.

Lemma inner_sum {T : Type} xi (F : T -> nat -> R) ts :
  inner D xi (fun j => Sum (fun t => F t j) ts) = Sum (fun t => inner D xi (F t)) ts.
Proof.
  unfold inner. rewrite Sum_scal. f_equal. rewrite Sum_swap. apply sum_ext. intros j _.
  now rewrite Sum_scal.
Qed.

(** The fine noise sees only the hats of a function. *)
Lemma fine_sees_hats xi coarse fine g :
  splits_noise D xi coarse fine ->
  inner D fine (at_data D g)
  = \sum_(r < depth) \sum_(m < 2 ^ r) bend lo len g r m * inner D fine (at_data D (hat lo len r m)).
Proof.
  intros (_ & H1 & Hx).
  set (A := g lo - (g (lo + len) - g lo) * (lo / len)). set (B := (g (lo + len) - g lo) / len).
  rewrite (inner_ext D fine _ (fun j => (A * 1 + B * x D j)
    + \sum_(r < depth) \sum_(m < 2 ^ r) bend lo len g r m * at_data D (hat lo len r m) j)).
  - rewrite inner_plus, (inner_plus D fine (fun _ => A * 1)), !inner_scale, H1, Hx.
    rewrite (inner_sum fine
      (fun r j => \sum_(m < 2 ^ r) bend lo len g r m * at_data D (hat lo len r m) j)).
    rewrite !Rmult_0_r, !Rplus_0_l. apply sum_ext. intros r _.
    rewrite (inner_sum fine (fun m j => bend lo len g r m * at_data D (hat lo len r m) j)).
    apply sum_ext. intros m _. apply inner_scale.
  - intros j Hj. destruct (places_dyadic j Hj) as (m & Hm & E). unfold at_data.
    rewrite E, (expansion_at_points lo len len_pos g depth m Hm). unfold expansion, chord.
    f_equal. unfold A, B. field. lra.
Qed.

Lemma fine_bound xi coarse fine u g W :
  splits_noise D xi coarse fine -> hats_bounded D lo len depth fine u ->
  slope_variation_le g lo (lo + len) W ->
  inner D fine (at_data D g) <= Rsum len W depth u.
Proof.
  intros Hs Hu HW. rewrite (fine_sees_hats xi coarse fine g Hs). apply sum_le. intros r Hr.
  assert (U : 0 <= u r).
  { eapply Rle_trans; [apply Rabs_pos|]. apply (Hu r 0%nat Hr).
    apply INR_lt. rewrite two_pow_INR. apply two_pow_pos. }
  apply Rle_trans with (\sum_(m < 2 ^ r) Rabs (bend lo len g r m) * u r).
  - apply sum_le. intros m Hm. eapply Rle_trans; [apply Rle_abs|]. rewrite Rabs_mult.
    apply Rmult_le_compat_l; [apply Rabs_pos | now apply Hu].
  - rewrite Sum_scal_r. apply Rmult_le_compat_r; [exact U|]. now apply bends_of_level.
Qed.

(** <coarse, g>_n <= A^2/Gamma + Gamma |g|_n^2/4, one datum at a time *)
Lemma coarse_bound coarse g Gamma :
  (0 < n D)%nat -> 0 < Gamma ->
  inner D coarse g <= inner D coarse coarse / Gamma + Gamma / 4 * inner D g g.
Proof.
  intros Hn HG. unfold inner.
  replace (/ INR (n D) * (\sum_(j < n D) coarse j * coarse j) / Gamma
           + Gamma / 4 * (/ INR (n D) * \sum_(j < n D) g j * g j))
    with (/ INR (n D) * (/ Gamma * (\sum_(j < n D) coarse j * coarse j)
                         + Gamma / 4 * \sum_(j < n D) g j * g j)) by (unfold Rdiv; ring).
  apply Rmult_le_compat_l; [left; now apply inv_n_pos|]. rewrite <- !Sum_scal, <- Sum_plus.
  apply sum_le. intros j _. assert (Q := pow2_ge_0 (coarse j - Gamma / 2 * g j)).
  apply Rmult_le_reg_l with Gamma; [exact HG|].
  replace (Gamma * (/ Gamma * (coarse j * coarse j) + Gamma / 4 * (g j * g j)))
    with (coarse j * coarse j + Gamma * Gamma / 4 * (g j * g j)) by (field; lra).
  nra.
Qed.

Theorem weak_to_strong F F0 B W tau coarse fine u :
  labelled D ->
  (forall j, (j < n D)%nat -> Rabs (F (x D j)) <= B /\ Rabs (F0 (x D j)) <= B) ->
  slope_variation_le (fun t => F t - F0 t) lo (lo + len) W ->
  training D (at_data D F) - training D (at_data D F0) <= tau ->
  splits_noise D (noise D (at_data D F0)) coarse fine ->
  hats_bounded D lo len depth fine u ->
  mean_divergence D (at_data D F0) (at_data D F)
    <= 2 * inner D coarse coarse / s B + 2 * Rsum len W depth u + 2 * tau.
Proof.
  intros HD HB HW Ht Hs Hu. assert (Hn := proj1 HD). assert (HG := s_pos B).
  destruct (K6 D (at_data D F0) (at_data D F) HD) as [_ E].
  set (g := fun j => at_data D F j - at_data D F0 j) in *.
  set (mean := mean_divergence D (at_data D F0) (at_data D F)) in *.
  assert (Split : inner D (noise D (at_data D F0)) g = inner D coarse g + inner D fine g).
  { unfold inner. rewrite <- Rmult_plus_distr_l, <- Sum_plus. f_equal. apply sum_ext.
    intros j Hj. rewrite (proj1 Hs j Hj). ring. }
  assert (Fine := fine_bound _ coarse fine u (fun t => F t - F0 t) W Hs Hu HW).
  change (at_data D (fun t => F t - F0 t)) with g in Fine.
  assert (Coarse := coarse_bound coarse g (s B) Hn HG).
  (* (K3): Gamma(B) |g|_n^2 <= 2 mean D *)
  assert (Square : s B / 4 * inner D g g <= mean / 2).
  { unfold mean, mean_divergence, inner.
    replace (/ INR (n D) * (\sum_(j < n D) divergence (at_data D F0 j) (at_data D F j)) / 2)
      with (/ INR (n D) * \sum_(j < n D) / 2 * divergence (at_data D F0 j) (at_data D F j))
      by (rewrite Sum_scal; unfold Rdiv; ring).
    replace (s B / 4 * (/ INR (n D) * \sum_(j < n D) g j * g j))
      with (/ INR (n D) * (s B / 4 * \sum_(j < n D) g j * g j)) by ring.
    rewrite <- Sum_scal. apply Rmult_le_compat_l; [left; now apply inv_n_pos|].
    apply sum_le. intros j Hj. destruct (HB j Hj) as [B1 B0].
    assert (K := K3_level B (at_data D F0 j) (at_data D F j) B1 B0). unfold g. lra. }
  replace (2 * inner D coarse coarse / s B)
    with (2 * (inner D coarse coarse / s B)) by (unfold Rdiv; ring).
  lra.
Qed.

End Noise.

(** ** The chain

    E holds all data; D holds those in I.  Stability at eta and weak generalization (at most m0 core data
    of E are certain) bound TV(f'; I) by V where h >= c0 on I; then W = V + TV(f0'; I) will do. *)
Theorem weak_to_strong_chain N D E lo len depth truth low gamma m0 eta lam c0 F0 W0 B tau
    coarse fine u :
  (0 < n E)%nat -> (certain_core N E truth low gamma <= m0)%nat ->
  is_lambda_max N E lam -> 0 < eta -> lam <= 2 / eta ->
  0 < c0 -> (forall t, lo < t < lo + len -> c0 <= core_weight E truth low m0 t) ->
  0 < len -> dyadic D lo len depth -> labelled D ->
  (forall j, (j < n D)%nat -> Rabs (f N (x D j)) <= B /\ Rabs (F0 (x D j)) <= B) ->
  slope_variation_le F0 lo (lo + len) W0 ->
  training D (at_data D (f N)) - training D (at_data D F0) <= tau ->
  splits_noise D (noise D (at_data D F0)) coarse fine ->
  hats_bounded D lo len depth fine u ->
  let V := ((2 / eta + res N E) / s gamma - sure E truth low m0 / INR (n E)) / (2 * c0) in
  mean_divergence D (at_data D F0) (at_data D (f N))
    <= 2 * inner D coarse coarse / s B + 2 * Rsum len (V + W0) depth u + 2 * tau.
Proof.
  intros HE Hm Hlam Heta He Hc Hh Hlen Hd HD HB H0 Ht Hs Hu V.
  assert (HV : variation_in N (open_interval lo (lo + len)) <= V).
  { apply (variation_where N E truth low gamma m0 eta lam c0); auto. intros t Et. apply Hh.
    unfold open_interval in Et. destruct (Rlt_dec lo t), (Rlt_dec t (lo + len)); easy. }
  apply (weak_to_strong D lo len depth Hlen Hd (f N) F0 B (V + W0) tau coarse fine u); auto.
  apply slope_variation_minus; [|exact H0].
  intros m v H1 H2 H3. eapply Rle_trans; [|exact HV]. now apply network_slope_variation.
Qed.
