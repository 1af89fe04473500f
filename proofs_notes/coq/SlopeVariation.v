(** * The total variation of f' of a network, as a function and from its kinks

    f(t) = A + B t + sum over the distinct kinks u of (jump of f' at u) relu(t - u), so that
    TV(f'; [lo, hi]) is at most the sum of |jump| over the kinks inside (lo, hi): what stability bounds
    ([variation_where]) is what the interpolation needs ([slope_variation_le]). *)

From Coq Require Import Reals Lra Lia List.
From Flatcert Require Import Sums Logistic Network TV Variation RobustStability FaberSchauder.
Import ListNotations.
Open Scope R_scope.

(** ** A network as a sum of ramps at its distinct kinks *)

(** relu(w t + b) = A + B t + |w| relu(t - tau) for w other than 0 *)
Definition ramp_offset (u v : R) : R :=
  if Req_EM_T u 0 then relu v else if Rlt_dec 0 u then 0 else v.
Definition ramp_slope (u : R) : R := if Rlt_dec u 0 then u else 0.

Lemma relu_as_ramp u v t :
  relu (u * t + v)
  = ramp_offset u v + ramp_slope u * t
    + (if Req_EM_T u 0 then 0 else Rabs u * relu (t - - v / u)).
Proof.
  unfold ramp_offset, ramp_slope. destruct (Req_EM_T u 0) as [ -> |N].
  - destruct (Rlt_dec 0 0); [exfalso; lra|]. rewrite Rmult_0_l, Rplus_0_l. ring.
  - assert (E : u * t + v = u * (t - - v / u)) by (field; exact N).
    destruct (Rlt_dec 0 u) as [P|P].
    + destruct (Rlt_dec u 0); [exfalso; lra|]. rewrite E, Rabs_pos_eq by lra. set (d := t - _).
      unfold relu. destruct (Rle_lt_dec d 0) as [L|L].
      * rewrite !Rmax_left; [ring | exact L | nra].
      * rewrite !Rmax_right; [ring | lra | nra].
    + destruct (Rlt_dec u 0) as [Q|Q]; [|exfalso; lra]. rewrite Rabs_left by exact Q.
      replace (v + u * t) with (u * (t - - v / u)) by (rewrite <- E; ring).
      rewrite E. set (d := t - _).
      unfold relu. destruct (Rle_lt_dec d 0) as [L|L].
      * rewrite Rmax_right, Rmax_left; [ring | exact L | nra].
      * rewrite Rmax_left, Rmax_right; [ring | lra | nra].
Qed.

Theorem network_as_ramps N :
  exists A B, forall t, f N t = A + B * t + \sum_(u in kinks N) jump N u * relu (t - u).
Proof.
  exists (c N + \sum_(i < k N) a N i * ramp_offset (w N i) (b N i)),
         (\sum_(i < k N) a N i * ramp_slope (w N i)).
  intro t.
  assert (E : \sum_(u in kinks N) jump N u * relu (t - u)
              = \sum_(i < k N) a N i * (if Req_EM_T (w N i) 0 then 0
                                        else Rabs (w N i) * relu (t - - b N i / w N i))).
  { unfold jump.
    rewrite (Sum_ext _ (fun u => \sum_(i < k N)
      if Req_EM_T (w N i) 0 then 0
      else a N i * Rabs (w N i) * if Req_EM_T (kink N i) u then relu (t - u) else 0)).
    - rewrite Sum_swap. apply sum_ext. intros i Hi.
      destruct (Req_EM_T (w N i) 0) as [Z|Z]; [rewrite Sum_zero by easy; ring|].
      rewrite Sum_scal, (sum_at (fun u => relu (t - u)) (kinks N) (kink N i));
        [unfold kink; ring | apply NoDup_nodup | now apply kink_in].
    - intros u _. rewrite <- Sum_scal_r. apply sum_ext. intros i _.
      destruct (Req_EM_T (w N i) 0); [ring|]. destruct (Req_EM_T (kink N i) u); ring. }
  rewrite E. unfold f.
  rewrite (sum_ext (k N) _ (fun i => a N i * ramp_offset (w N i) (b N i)
    + a N i * ramp_slope (w N i) * t
    + a N i * (if Req_EM_T (w N i) 0 then 0 else Rabs (w N i) * relu (t - - b N i / w N i))))
    by (intros; rewrite relu_as_ramp; ring).
  rewrite !Sum_plus, Sum_scal_r. ring.
Qed.

(** ** Variation of one ramp, of a sum, of a network *)

(** The slopes of successive chords of relu(t - tau) rise, between 0 and 1. *)
Lemma ramp_slope_bounds tau u v :
  u < v ->
  0 <= chord_slope (fun t => relu (t - tau)) u v <= 1
  /\ (v <= tau -> chord_slope (fun t => relu (t - tau)) u v = 0)
  /\ (tau <= u -> chord_slope (fun t => relu (t - tau)) u v = 1).
Proof.
  intros H. unfold chord_slope. assert (P : 0 < / (v - u)) by (apply Rinv_0_lt_compat; lra).
  assert (D : 0 <= relu (v - tau) - relu (u - tau) <= v - u).
  { unfold relu, Rmax. destruct (Rle_dec 0 (v - tau)), (Rle_dec 0 (u - tau)); lra. }
  split; [|split].
  - split.
    + apply Rmult_le_pos; lra.
    + apply Rmult_le_reg_r with (v - u); [lra|]. unfold Rdiv. rewrite Rmult_assoc, Rinv_l by lra. lra.
  - intros L. unfold relu. rewrite !Rmax_left by lra. unfold Rdiv. ring.
  - intros L. unfold relu. rewrite !Rmax_right by lra. field. lra.
Qed.

Lemma ramp_slopes_rise tau u v t :
  u < v -> v < t ->
  chord_slope (fun t => relu (t - tau)) u v <= chord_slope (fun t => relu (t - tau)) v t.
Proof.
  intros H1 H2. destruct (ramp_slope_bounds tau u v H1) as (B1 & Z1 & O1).
  destruct (ramp_slope_bounds tau v t H2) as (B2 & Z2 & O2).
  destruct (Rle_lt_dec v tau) as [L|L]; [rewrite Z1 by exact L; apply B2|].
  rewrite O2 by lra. apply B1.
Qed.

Lemma telescope (F : nat -> R) m : \sum_(i < m) (F (S i) - F i) = F m - F 0%nat.
Proof. induction m as [|m IH]; [simpl; ring|]. rewrite sum_S, IH. ring. Qed.

Definition open_interval (lo hi t : R) : bool :=
  if Rlt_dec lo t then if Rlt_dec t hi then true else false else false.

Lemma ramp_variation tau lo hi :
  slope_variation_le (fun t => relu (t - tau)) lo hi (if open_interval lo hi tau then 1 else 0).
Proof.
  intros m u Hu Hlo Hhi.
  set (F := fun i => chord_slope (fun t => relu (t - tau)) (u i) (u (S i))).
  rewrite (sum_ext m _ (fun i => F (S i) - F i)).
  - rewrite telescope. unfold open_interval.
    assert (first : u 0%nat < u 1%nat) by (apply Hu; lia).
    assert (last : u m < u (S m)) by (apply Hu; lia).
    destruct (ramp_slope_bounds tau _ _ first) as (B0 & _ & O0).
    destruct (ramp_slope_bounds tau _ _ last) as (Bm & Zm & _). fold (F 0%nat) in *. fold (F m) in *.
    destruct (Rlt_dec lo tau) as [L|L].
    + destruct (Rlt_dec tau hi) as [L'|L']; [lra|]. rewrite (Zm ltac:(lra)). lra.
    + rewrite (O0 ltac:(lra)). lra.
  - intros i Hi. apply Rabs_pos_eq. assert (K := ramp_slopes_rise tau (u i) (u (S i)) (u (S (S i)))).
    assert (K' : F i <= F (S i)) by (apply K; apply Hu; lia). unfold F in *. lra.
Qed.

Lemma slope_variation_line A B lo hi : slope_variation_le (fun t => A + B * t) lo hi 0.
Proof.
  intros m u Hu _ _. rewrite sum_zero; [lra|]. intros i Hi.
  assert (E : forall j, (j <= m)%nat -> chord_slope (fun t => A + B * t) (u j) (u (S j)) = B).
  { intros j Hj. specialize (Hu j Hj). unfold chord_slope. field. lra. }
  rewrite !E by lia. rewrite Rminus_diag_eq, Rabs_R0; reflexivity.
Qed.

Lemma slope_variation_plus g g' lo hi W W' :
  slope_variation_le g lo hi W -> slope_variation_le g' lo hi W' ->
  slope_variation_le (fun t => g t + g' t) lo hi (W + W').
Proof.
  intros H H' m u Hu Hlo Hhi. specialize (H m u Hu Hlo Hhi). specialize (H' m u Hu Hlo Hhi).
  eapply Rle_trans; [|apply Rplus_le_compat; [exact H | exact H']].
  rewrite <- Sum_plus. apply sum_le. intros i _. eapply Rle_trans; [|apply Rabs_triang].
  apply Req_le. f_equal. unfold chord_slope, Rdiv. ring.
Qed.

Lemma slope_variation_scale r g lo hi W :
  slope_variation_le g lo hi W -> slope_variation_le (fun t => r * g t) lo hi (Rabs r * W).
Proof.
  intros H m u Hu Hlo Hhi. specialize (H m u Hu Hlo Hhi).
  eapply Rle_trans; [|apply Rmult_le_compat_l; [apply Rabs_pos | exact H]].
  rewrite <- Sum_scal. apply sum_le. intros i _. rewrite <- Rabs_mult. apply Req_le. f_equal.
  unfold chord_slope, Rdiv. ring.
Qed.

Lemma slope_variation_ext g g' lo hi W :
  (forall t, g t = g' t) -> slope_variation_le g lo hi W -> slope_variation_le g' lo hi W.
Proof.
  intros E H m u Hu Hlo Hhi. eapply Rle_trans; [|exact (H m u Hu Hlo Hhi)].
  apply Req_le, sum_ext. intros i _. unfold chord_slope. now rewrite !E.
Qed.

Lemma slope_variation_sum (ts : list R) (r : R -> R) lo hi :
  slope_variation_le (fun t => \sum_(u in ts) r u * relu (t - u)) lo hi
    (\sum_(u in ts) Rabs (r u) * (if open_interval lo hi u then 1 else 0)).
Proof.
  induction ts as [|u ts IH].
  - apply (slope_variation_ext (fun t => 0 + 0 * t)); [intro t; simpl; ring|].
    apply slope_variation_line.
  - simpl Sum. apply slope_variation_plus; [|exact IH]. apply slope_variation_scale, ramp_variation.
Qed.

(** A line plus ramps r(u) relu(t - u): the variation of the slope is at most the sum of |r(u)| over
    the u in (lo, hi).  With kinks of f and f0 merged this is TV(f' - f0'; I). *)
Theorem ramps_slope_variation A B (ts : list R) (r : R -> R) lo hi :
  slope_variation_le (fun t => A + B * t + \sum_(u in ts) r u * relu (t - u)) lo hi
    (\sum_(u in ts) Rabs (r u) * (if open_interval lo hi u then 1 else 0)).
Proof.
  rewrite <- (Rplus_0_l (Sum _ _)). apply slope_variation_plus.
  - apply slope_variation_line.
  - apply slope_variation_sum.
Qed.

(** TV(f'; [lo, hi]) is at most the sum of |jump of f'| over the kinks in (lo, hi). *)
Theorem network_slope_variation N lo hi :
  slope_variation_le (f N) lo hi (variation_in N (open_interval lo hi)).
Proof.
  destruct (network_as_ramps N) as (A & B & E).
  apply (slope_variation_ext
    (fun t => A + B * t + \sum_(u in kinks N) jump N u * relu (t - u))); [intro t; now rewrite E|].
  apply ramps_slope_variation.
Qed.

(** TV(f' - f0'; I) <= TV(f'; I) + TV(f0'; I) *)
Lemma slope_variation_minus g g' lo hi W W' :
  slope_variation_le g lo hi W -> slope_variation_le g' lo hi W' ->
  slope_variation_le (fun t => g t - g' t) lo hi (W + W').
Proof.
  intros H H'. apply (slope_variation_ext (fun t => g t + -1 * g' t)); [intro t; ring|].
  apply slope_variation_plus; [exact H|]. replace W' with (Rabs (-1) * W').
  - now apply slope_variation_scale.
  - rewrite Rabs_left by lra. ring.
Qed.
