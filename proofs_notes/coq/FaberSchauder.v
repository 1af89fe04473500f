(** * Dyadic interpolation of a function on an interval (weak-to-strong)

    On I = [lo, lo + len] let p_{r,m} = lo + len m/2^r.  At the points of a level [depth] a function g is its
    chord over I plus the sum over r < depth and k < 2^r of c_{r,k} Lam_{r,k}, where Lam_{r,k} is the hat of
    height 1 on the cell [p_{r,k}, p_{r,k+1}] and c_{r,k} = g(middle) - (g(left) + g(right))/2; and
    sum_k |c_{r,k}| <= (len 2^-r/4) TV(g'; I) at each level r.  Notes: weak-to-strong. *)

From Coq Require Import Reals Lra Lia List.
From Flatcert Require Import Sums Network.
Open Scope R_scope.

(** ** Total variation of the slope, for any function *)

(** The slope of the chord of g from u to v *)
Definition chord_slope (g : R -> R) (u v : R) : R := (g v - g u) / (v - u).

(** TV(g'; [lo, hi]) <= W: for all points u_0 < .. < u_(m+1) of [lo, hi] the changes of the slopes of
    successive chords add up to at most W. *)
Definition slope_variation_le (g : R -> R) (lo hi W : R) : Prop :=
  forall (m : nat) (u : nat -> R),
  (forall i, (i <= m)%nat -> u i < u (S i)) -> lo <= u 0%nat -> u (S m) <= hi ->
  \sum_(i < m) Rabs (chord_slope g (u (S i)) (u (S (S i))) - chord_slope g (u i) (u (S i))) <= W.

Section Dyadic.
Variables (lo len : R).
Hypothesis len_pos : 0 < len.

Definition point (r m : nat) : R := lo + len * (INR m / 2 ^ r).

(** The hat of height 1 on the k-th cell of level r *)
Definition tent (v : R) : R := relu (1 - Rabs v).
Definition hat (r k : nat) (t : R) : R := tent (2 * (2 ^ r * ((t - lo) / len) - INR k) - 1).

(** c_{r,k}, and the chord over I *)
Definition bend (g : R -> R) (r k : nat) : R :=
  g (point (S r) (2 * k + 1)) - (g (point r k) + g (point r (S k))) / 2.
Definition chord (g : R -> R) (t : R) : R := g lo + (g (lo + len) - g lo) * ((t - lo) / len).

(** The chord and the hats of the levels below depth *)
Definition expansion (g : R -> R) (depth : nat) (t : R) : R :=
  chord g t + \sum_(r < depth) \sum_(k < 2 ^ r) bend g r k * hat r k t.

(** ** Hats at dyadic points *)

Lemma two_pow_pos r : 0 < 2 ^ r.
Proof. apply pow_lt. lra. Qed.

Lemma two_pow_INR r : INR (2 ^ r) = 2 ^ r.
Proof. rewrite pow_INR. reflexivity. Qed.

Lemma tent_left v : v <= -1 -> tent v = 0.
Proof. intros H. unfold tent. rewrite Rabs_left by lra. apply Rmax_left. lra. Qed.
Lemma tent_rise v : -1 <= v <= 0 -> tent v = 1 + v.
Proof. intros H. unfold tent. rewrite Rabs_left1 by lra. unfold relu. rewrite Rmax_right; lra. Qed.
Lemma tent_fall v : 0 <= v <= 1 -> tent v = 1 - v.
Proof. intros H. unfold tent. rewrite Rabs_pos_eq by lra. apply Rmax_right. lra. Qed.
Lemma tent_right v : 1 <= v -> tent v = 0.
Proof. intros H. unfold tent. rewrite Rabs_pos_eq by lra. apply Rmax_left. lra. Qed.

(** Between neighbouring breaks the tent is linear. *)
Lemma tent_middle u v :
  u <= v -> (v <= -1 \/ (-1 <= u /\ v <= 0) \/ (0 <= u /\ v <= 1) \/ 1 <= u) ->
  tent ((u + v) / 2) = (tent u + tent v) / 2.
Proof.
  intros H [C|[C|[C|C]]].
  - rewrite !tent_left by lra. lra.
  - rewrite !tent_rise by lra. lra.
  - rewrite !tent_fall by lra. lra.
  - rewrite !tent_right by lra. lra.
Qed.

Lemma share_point r m : (point r m - lo) / len = INR m / 2 ^ r.
Proof. unfold point. assert (H := two_pow_pos r). field. lra. Qed.

Lemma point_even r m : point (S r) (2 * m) = point r m.
Proof.
  unfold point. rewrite mult_INR. simpl. assert (H := two_pow_pos r). field. lra.
Qed.

Lemma point_middle r k : point (S r) (2 * k + 1) = (point r k + point r (S k)) / 2.
Proof.
  unfold point. rewrite plus_INR, mult_INR, (S_INR k). simpl. assert (H := two_pow_pos r). field. lra.
Qed.

(** Hats of level r vanish at the points of level r. *)
Lemma hat_at_end r k m : hat r k (point r m) = 0.
Proof.
  unfold hat. rewrite share_point. assert (H := two_pow_pos r).
  replace (2 ^ r * (INR m / 2 ^ r)) with (INR m) by (field; lra).
  destruct (le_lt_dec m k) as [L|L].
  - apply tent_left. apply le_INR in L. lra.
  - apply tent_right. assert (K : INR (S k) <= INR m) by now apply le_INR. rewrite S_INR in K. lra.
Qed.

(** At the middle of a cell of level r its own hat is 1 and the others of the level vanish. *)
Lemma hat_at_middle r k k' :
  hat r k' (point (S r) (2 * k + 1)) = if Nat.eq_dec k k' then 1 else 0.
Proof.
  unfold hat. rewrite share_point, plus_INR, mult_INR. assert (H := two_pow_pos r).
  replace (2 * (2 ^ r * ((INR 2 * INR k + INR 1) / 2 ^ S r) - INR k') - 1)
    with (2 * (INR k - INR k')) by (simpl; field; lra).
  destruct (Nat.eq_dec k k') as [ -> |N].
  - rewrite tent_fall by lra. lra.
  - destruct (le_lt_dec k k') as [L|L].
    + apply tent_left. assert (K : INR (S k) <= INR k') by (apply le_INR; lia). rewrite S_INR in K.
      lra.
    + apply tent_right. assert (K : INR (S k') <= INR k) by now apply le_INR. rewrite S_INR in K. lra.
Qed.

(** Hats of a coarser level r are linear on the cells of level depth. *)
Lemma hat_linear r depth k' k :
  (r < depth)%nat ->
  hat r k' (point (S depth) (2 * k + 1))
  = (hat r k' (point depth k) + hat r k' (point depth (S k))) / 2.
Proof.
  intros H. assert (E : exists d, depth = (r + S d)%nat) by (exists (depth - S r)%nat; lia).
  destruct E as (d & ->). unfold hat. rewrite point_middle.
  set (q := (2 ^ d)%nat).
  assert (Hq : 0 < INR q) by (unfold q; rewrite two_pow_INR; apply two_pow_pos).
  assert (V : forall m, 2 * (2 ^ r * ((point (r + S d) m - lo) / len) - INR k') - 1
                        = (INR m - INR ((2 * k' + 1) * q)) / INR q).
  { intro m. rewrite share_point, mult_INR, plus_INR, mult_INR. unfold q.
    rewrite two_pow_INR, pow_add.
    assert (P := two_pow_pos r). assert (P' := two_pow_pos d). simpl. field. lra. }
  replace (2 * (2 ^ r * (((point (r + S d) k + point (r + S d) (S k)) / 2 - lo) / len) - INR k') - 1)
    with ((2 * (2 ^ r * ((point (r + S d) k - lo) / len) - INR k') - 1
           + (2 * (2 ^ r * ((point (r + S d) (S k) - lo) / len) - INR k') - 1)) / 2) by (field; lra).
  rewrite !V. set (T := ((2 * k' + 1) * q)%nat).
  assert (below : forall m j, (m <= j)%nat -> (INR m - INR T) / INR q <= (INR j - INR T) / INR q).
  { intros m j L. apply le_INR in L.
    apply Rmult_le_compat_r; [left; now apply Rinv_0_lt_compat | lra]. }
  assert (one : forall m, (INR m - INR T) / INR q <= 1 <-> (m <= T + q)%nat).
  { intro m. split; intro L.
    - apply INR_le. rewrite plus_INR. apply (Rmult_le_compat_r (INR q)) in L; [|lra].
      unfold Rdiv in L. rewrite Rmult_assoc, Rinv_l in L by lra. lra.
    - apply le_INR in L. rewrite plus_INR in L. apply Rmult_le_reg_r with (INR q); [exact Hq|].
      unfold Rdiv. rewrite Rmult_assoc, Rinv_l by lra. lra. }
  assert (sign : forall m j v, INR j = INR T + v * INR q ->
    ((m <= j)%nat -> (INR m - INR T) / INR q <= v) /\ ((j <= m)%nat -> v <= (INR m - INR T) / INR q)).
  { intros m j v E. replace v with ((INR j - INR T) / INR q) by (rewrite E; field; lra).
    split; intro L; now apply below. }
  apply tent_middle; [apply below; lia|].
  assert (S0 := fun m => sign m T 0 ltac:(ring)).
  assert (S1 := fun m => sign m (T + q)%nat 1 ltac:(rewrite plus_INR; ring)).
  assert (HT : (q <= T)%nat) by (unfold T; nia).
  assert (S2 := fun m => sign m (T - q)%nat (-1) ltac:(rewrite minus_INR by exact HT; ring)).
  destruct (le_lt_dec (S k) (T - q)) as [L1|L1]; [left; now apply S2|].
  destruct (le_lt_dec (S k) T) as [L2|L2]; [right; left; split; [apply S2; lia | now apply S0]|].
  destruct (le_lt_dec (S k) (T + q)) as [L3|L3];
    [right; right; left; split; [apply S0; lia | now apply S1]|].
  right. right. right. apply S1. lia.
Qed.

(** ** The expansion is the function at the points of its level *)

Lemma chord_middle g u v : chord g ((u + v) / 2) = (chord g u + chord g v) / 2.
Proof. unfold chord. field. lra. Qed.

Theorem expansion_at_points g depth m : (m <= 2 ^ depth)%nat ->
  g (point depth m) = expansion g depth (point depth m).
Proof.
  revert m. induction depth as [|depth IH]; intros m Hm.
  - unfold expansion, chord. rewrite share_point. simpl in Hm.
    assert (C : m = 0%nat \/ m = 1%nat) by lia. unfold point.
    destruct C as [-> | ->]; simpl.
    + replace (lo + len * (0 / 1)) with lo by field. field.
    + replace (lo + len * (1 / 1)) with (lo + len) by field. field.
  - unfold expansion. rewrite sum_S.
    destruct (Nat.Even_or_Odd m) as [[m' E]|[k E]]; subst m.
    + rewrite point_even, (sum_zero (2 ^ depth)) by (intros; rewrite hat_at_end; ring).
      rewrite Rplus_0_r. apply IH. simpl in Hm. lia.
    + assert (Hk : (k < 2 ^ depth)%nat) by (simpl in Hm; lia).
      rewrite (sum_single (2 ^ depth) _ k Hk).
      2: { intros j _ N. rewrite hat_at_middle. destruct (Nat.eq_dec k j); [congruence | ring]. }
      rewrite hat_at_middle. destruct (Nat.eq_dec k k) as [_|N]; [|congruence].
      assert (A := IH k ltac:(lia)). assert (B := IH (S k) ltac:(lia)).
      rewrite (sum_ext depth _ (fun r => / 2 * \sum_(j < 2 ^ r) bend g r j * hat r j (point depth k)
                                    + / 2 * \sum_(j < 2 ^ r) bend g r j * hat r j (point depth (S k)))).
      2: { intros r Hr. rewrite <- Rmult_plus_distr_l, <- Sum_plus, <- Sum_scal. apply sum_ext.
           intros j _. rewrite (hat_linear r depth j k Hr). field. }
      rewrite Sum_plus, !Sum_scal. unfold expansion in A, B.
      assert (C : chord g (point (S depth) (2 * k + 1))
                  = (chord g (point depth k) + chord g (point depth (S k))) / 2)
        by (rewrite point_middle; apply chord_middle).
      assert (E : bend g depth k = g (point (S depth) (2 * k + 1))
                                   - (g (point depth k) + g (point depth (S k))) / 2) by reflexivity.
      lra.
Qed.

(** ** The coefficients of a level *)

Lemma point_lt r m : point r m < point r (S m).
Proof.
  unfold point. rewrite S_INR.
  apply Rplus_lt_compat_l, Rmult_lt_compat_l, Rmult_lt_compat_r; [exact len_pos | | lra].
  apply Rinv_0_lt_compat, two_pow_pos.
Qed.

(** c_{r,k} is the change of the slope at the middle of the cell, times a quarter of its length. *)
Lemma bend_slopes g r k :
  bend g r k
  = - (len / 2 ^ r / 4)
    * (chord_slope g (point (S r) (2 * k + 1)) (point (S r) (2 * k + 2))
       - chord_slope g (point (S r) (2 * k)) (point (S r) (2 * k + 1))).
Proof.
  assert (H := two_pow_pos r).
  assert (step : forall m, point (S r) (m + 1) - point (S r) m = len / 2 ^ r / 2).
  { intro m. unfold point. rewrite plus_INR. simpl. field. lra. }
  unfold bend, chord_slope. replace (2 * k + 2)%nat with (2 * k + 1 + 1)%nat by lia. rewrite !step.
  rewrite <- (point_even r k), <- (point_even r (S k)).
  replace (2 * S k)%nat with (2 * k + 1 + 1)%nat by lia.
  field. lra.
Qed.

Lemma sum_even_le (F : nat -> R) K :
  (forall i, 0 <= F i) -> \sum_(k < K) F (2 * k)%nat <= \sum_(i < 2 * K - 1) F i.
Proof.
  intros H. induction K as [|K IH]; [simpl; lra|]. rewrite sum_S.
  destruct K as [|K].
  - simpl. lra.
  - replace (2 * S (S K) - 1)%nat with (S (S (2 * S K - 1))) by lia.
    rewrite (sum_S (S (2 * S K - 1))), (sum_S (2 * S K - 1)).
    replace (S (2 * S K - 1)) with (2 * S K)%nat by lia. assert (P := H (2 * S K - 1)%nat). lra.
Qed.

Theorem bends_of_level g W r :
  slope_variation_le g lo (lo + len) W ->
  \sum_(k < 2 ^ r) Rabs (bend g r k) <= len / 2 ^ r / 4 * W.
Proof.
  intros HW. assert (H := two_pow_pos r).
  assert (Q : 0 <= len / 2 ^ r / 4).
  { assert (0 < len / 2 ^ r) by (apply Rdiv_lt_0_compat; lra). lra. }
  set (change := fun i => Rabs (chord_slope g (point (S r) (S i)) (point (S r) (S (S i)))
                                - chord_slope g (point (S r) i) (point (S r) (S i)))).
  rewrite (sum_ext (2 ^ r) _ (fun k => len / 2 ^ r / 4 * change (2 * k)%nat)).
  - rewrite Sum_scal. apply Rmult_le_compat_l; [exact Q|].
    eapply Rle_trans; [apply sum_even_le; intro i; apply Rabs_pos|]. apply HW.
    + intros i _. apply point_lt.
    + unfold point. simpl. unfold Rdiv. rewrite Rmult_0_l. lra.
    + unfold point. assert (P : (0 < 2 ^ r)%nat) by (apply INR_lt; rewrite two_pow_INR; exact H).
      replace (S (2 * 2 ^ r - 1)) with (2 * 2 ^ r)%nat by lia. rewrite mult_INR, two_pow_INR.
      simpl. apply Req_le. field. lra.
  - intros k _. rewrite bend_slopes, Rabs_mult, Rabs_Ropp, (Rabs_pos_eq (len / 2 ^ r / 4)) by exact Q.
    unfold change. replace (2 * k + 1)%nat with (S (2 * k)) by lia.
    replace (2 * k + 2)%nat with (S (S (2 * k))) by lia. reflexivity.
Qed.

End Dyadic.
