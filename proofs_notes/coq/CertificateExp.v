(** * Enclosures of e^(-t) and of the logistic function in integers

    An integer e stands for e / 2^B.  [decay] evaluates a Taylor polynomial at t / 2^h and squares
    h times, rounding outward. *)

From Coq Require Import Reals ZArith Lra Lia Psatz.
From Coquelicot Require Import Coquelicot.
From Flatcert Require Import Sums Logistic.
Open Scope R_scope.

(** ** Taylor polynomials on both sides of e^(-y), y >= 0 *)

Lemma rises_from_0 (F F' : R -> R) :
  (forall y, is_derive F y (F' y)) -> (forall y, 0 <= y -> 0 <= F' y) -> F 0 = 0 ->
  forall y, 0 <= y -> 0 <= F y.
Proof.
  intros HF Hpos H0 y Hy.
  destruct (MVT_gen F 0 y F') as (c & Hc & E).
  - intros. apply HF.
  - intros u _. apply continuity_pt_filterlim. apply (ex_derive_continuous F u). eexists. apply HF.
  - rewrite Rmin_left in Hc by exact Hy. rewrite H0 in E.
    assert (K := Rmult_le_pos _ _ (Hpos c (proj1 Hc)) Hy). lra.
Qed.

Definition taylor3 (y : R) : R := 1 - y + y ^ 2 / 2 - y ^ 3 / 6.
Definition taylor4 (y : R) : R := taylor3 y + y ^ 4 / 24.

Lemma taylor_bounds y : 0 <= y -> taylor3 y <= exp (- y) <= taylor4 y.
Proof.
  assert (H2 : forall y, 0 <= y -> 0 <= 1 - y + y ^ 2 / 2 - exp (- y)).
  { apply (rises_from_0 _ (fun y => exp (- y) - 1 + y)).
    - intro u. auto_derive; [easy | field].
    - intros u _. assert (K := exp_ge_1_plus (- u)). lra.
    - rewrite Ropp_0, exp_0. field. }
  assert (H3 : forall y, 0 <= y -> 0 <= exp (- y) - taylor3 y).
  { apply (rises_from_0 _ (fun y => 1 - y + y ^ 2 / 2 - exp (- y))).
    - intro u. unfold taylor3. auto_derive; [easy | field].
    - exact H2.
    - unfold taylor3. rewrite Ropp_0, exp_0. field. }
  assert (H4 : forall y, 0 <= y -> 0 <= taylor4 y - exp (- y)).
  { apply (rises_from_0 _ (fun y => exp (- y) - taylor3 y)).
    - intro u. unfold taylor4, taylor3. auto_derive; [easy | field].
    - exact H3.
    - unfold taylor4, taylor3. rewrite Ropp_0, exp_0. field. }
  intro Hy. assert (K3 := H3 y Hy). assert (K4 := H4 y Hy). lra.
Qed.

(** ** Rounding *)

Lemma floor_le a b : (0 < b)%Z -> IZR (a / b) <= IZR a / IZR b.
Proof.
  intros Hb. assert (Rb := IZR_lt _ _ Hb). apply Rmult_le_reg_r with (IZR b); [exact Rb|].
  replace (IZR a / IZR b * IZR b) with (IZR a) by (field; lra).
  rewrite <- mult_IZR. apply IZR_le. rewrite Z.mul_comm. now apply Z.mul_div_le.
Qed.

Lemma floor_gt a b : (0 < b)%Z -> IZR a / IZR b <= IZR (a / b + 1).
Proof.
  intros Hb. assert (Rb := IZR_lt _ _ Hb). apply Rmult_le_reg_r with (IZR b); [exact Rb|].
  replace (IZR a / IZR b * IZR b) with (IZR a) by (field; lra).
  rewrite <- mult_IZR. apply IZR_le.
  assert (E := Z.div_mod a b ltac:(lia)). assert (M := Z.mod_pos_bound a b Hb). nia.
Qed.

Lemma shiftr_floor a s : (0 <= s)%Z -> Z.shiftr a s = (a / 2 ^ s)%Z.
Proof. apply Z.shiftr_div_pow2. Qed.

(** ** e^(-num/den) *)

Definition taylor3_floor (B y : Z) : Z :=
  let one := (2 ^ B)%Z in
  (Z.shiftr (6 * one ^ 3 - 6 * y * one ^ 2 + 3 * y ^ 2 * one - y ^ 3) (2 * B) / 6)%Z.
Definition taylor4_ceil (B y : Z) : Z :=
  let one := (2 ^ B)%Z in
  (Z.shiftr (24 * one ^ 4 - 24 * y * one ^ 3 + 12 * y ^ 2 * one ^ 2 - 4 * y ^ 3 * one + y ^ 4)
     (3 * B) / 24 + 1)%Z.

Fixpoint squared (up B : Z) (h : nat) (e : Z) : Z :=
  match h with
  | O => e
  | S h => squared up B h (Z.shiftr (e * e) B + up)
  end.

(** Lower and upper bound of 2^B e^(-num/den). *)
Definition decay (B : Z) (h : nat) (num den : Z) : Z * Z :=
  let y := (Z.shiftl num B / Z.shiftl den (Z.of_nat h))%Z in
  (squared 0 B h (Z.max 0 (taylor3_floor B (y + 1))),
   Z.min (2 ^ B) (squared 1 B h (taylor4_ceil B y))).

Lemma power_pos s : (0 <= s)%Z -> (0 < 2 ^ s)%Z.
Proof. intros. apply Z.pow_pos_nonneg; lia. Qed.

Section Decay.
Variable B : Z.
Hypothesis B_nonneg : (0 <= B)%Z.
Let one := IZR (2 ^ B).

Lemma one_pos : 0 < one.
Proof. now apply IZR_lt, power_pos. Qed.

Lemma squared_below h e t :
  (0 <= e)%Z -> IZR e <= one * exp (- (t / 2 ^ h)) ->
  (0 <= squared 0 B h e)%Z /\ IZR (squared 0 B h e) <= one * exp (- t).
Proof.
  assert (H1 := one_pos). revert e. induction h as [|h IH]; intros e He H; simpl.
  - split; [exact He|]. replace (t / 2 ^ 0) with t in H by (simpl; field). exact H.
  - apply IH.
    + rewrite Z.add_0_r, shiftr_floor by exact B_nonneg.
      apply Z.div_pos; [nia | now apply power_pos].
    + rewrite Z.add_0_r, shiftr_floor by exact B_nonneg.
      eapply Rle_trans; [apply floor_le; now apply power_pos|]. fold one.
      replace (- (t / 2 ^ h)) with (- (t / 2 ^ S h) + - (t / 2 ^ S h)).
      * rewrite exp_plus, mult_IZR. apply Rmult_le_reg_r with one; [exact H1|].
        replace (IZR e * IZR e / one * one) with (IZR e * IZR e) by (field; lra).
        apply IZR_le in He. set (E := exp (- (t / 2 ^ S h))) in *.
        replace (one * (E * E) * one) with ((one * E) * (one * E)) by ring.
        now apply Rmult_le_compat.
      * assert (0 < 2 ^ h) by (apply pow_lt; lra). simpl. field. lra.
Qed.

Lemma squared_above h e t :
  one * exp (- (t / 2 ^ h)) <= IZR e -> one * exp (- t) <= IZR (squared 1 B h e).
Proof.
  assert (H1 := one_pos). revert e. induction h as [|h IH]; intros e H; simpl.
  - replace (t / 2 ^ 0) with t in H by (simpl; field). exact H.
  - apply IH. rewrite shiftr_floor by exact B_nonneg.
    eapply Rle_trans; [|apply floor_gt; now apply power_pos]. fold one.
    replace (- (t / 2 ^ h)) with (- (t / 2 ^ S h) + - (t / 2 ^ S h)).
    + rewrite exp_plus, mult_IZR. apply Rmult_le_reg_r with one; [exact H1|].
      replace (IZR e * IZR e / one * one) with (IZR e * IZR e) by (field; lra).
      assert (HE := exp_pos (- (t / 2 ^ S h))). set (E := exp (- (t / 2 ^ S h))) in *.
      replace (one * (E * E) * one) with ((one * E) * (one * E)) by ring.
      assert (0 <= one * E) by (apply Rmult_le_pos; lra). now apply Rmult_le_compat.
    + assert (0 < 2 ^ h) by (apply pow_lt; lra). simpl. field. lra.
Qed.

Lemma pow_IZR y m : (0 <= m)%Z -> IZR (y ^ m) = IZR y ^ Z.to_nat m.
Proof. intros. rewrite <- (Z2Nat.id m) at 1 by assumption. now rewrite <- pow_IZR. Qed.

Lemma taylor3_below y : IZR (taylor3_floor B y) <= one * taylor3 (IZR y / one).
Proof.
  assert (H1 := one_pos). unfold taylor3_floor. rewrite shiftr_floor by lia.
  set (N := (6 * _ - _ + _ - _)%Z).
  rewrite Z.div_div by (try apply Z.pow_nonzero; lia).
  eapply Rle_trans; [apply floor_le; apply Z.mul_pos_pos; [apply power_pos|]; lia|].
  unfold N. rewrite (Z.mul_comm 2 B), Z.pow_mul_r by lia. unfold one in *.
  set (o := (2 ^ B)%Z) in *.
  rewrite minus_IZR, plus_IZR, minus_IZR by lia.
  rewrite !mult_IZR, !pow_IZR by lia. unfold taylor3. simpl Z.to_nat.
  change (Pos.to_nat 3) with 3%nat.
  change (Pos.to_nat 2) with 2%nat. apply Req_le. field. lra.
Qed.

Lemma taylor4_above y : one * taylor4 (IZR y / one) <= IZR (taylor4_ceil B y).
Proof.
  assert (H1 := one_pos). unfold taylor4_ceil. rewrite shiftr_floor by lia.
  set (N := (24 * _ - _ + _ - _ + _)%Z).
  rewrite Z.div_div by (try apply Z.pow_nonzero; lia).
  eapply Rle_trans; [|apply floor_gt; apply Z.mul_pos_pos; [apply Z.pow_pos_nonneg|]; lia].
  unfold N. rewrite (Z.mul_comm 3 B), Z.pow_mul_r by lia. unfold one in *.
  set (o := (2 ^ B)%Z) in *.
  rewrite plus_IZR, minus_IZR, plus_IZR, minus_IZR.
  rewrite !mult_IZR, !pow_IZR by lia. unfold taylor4, taylor3. simpl Z.to_nat.
  change (Pos.to_nat 3) with 3%nat.
  change (Pos.to_nat 2) with 2%nat. change (Pos.to_nat 4) with 4%nat. apply Req_le. field. lra.
Qed.

Theorem decay_correct h num den lo hi :
  (0 <= num)%Z -> (0 < den)%Z -> decay B h num den = (lo, hi) ->
  (0 <= lo)%Z /\ IZR lo <= one * exp (- (IZR num / IZR den)) <= IZR hi /\ IZR hi <= one.
Proof.
  intros Hn Hd E. injection E as <- <-. assert (H1 := one_pos).
  set (y := (Z.shiftl num B / Z.shiftl den (Z.of_nat h))%Z). set (t := IZR num / IZR den).
  apply IZR_le in Hn as Rn. apply IZR_lt in Hd as Rd.
  assert (H2 : 0 < 2 ^ h) by (apply pow_lt; lra).
  assert (Ht : 0 <= t) by (apply Rmult_le_pos; [exact Rn | left; now apply Rinv_0_lt_compat]).
  assert (Hh : (0 < Z.shiftl den (Z.of_nat h))%Z)
    by (rewrite Z.shiftl_mul_pow2 by lia; assert (0 < 2 ^ Z.of_nat h)%Z
          by (apply Z.pow_pos_nonneg; lia); nia).
  assert (Q : IZR (Z.shiftl num B) / IZR (Z.shiftl den (Z.of_nat h)) = one * (t / 2 ^ h)).
  { rewrite !Z.shiftl_mul_pow2, !mult_IZR by lia. fold one.
    rewrite (pow_IZR 2 (Z.of_nat h)), Nat2Z.id by lia. unfold t. field. lra. }
  assert (Y0 : (0 <= y)%Z) by (apply Z.div_pos; [apply Z.shiftl_nonneg|]; lia).
  assert (Yl : IZR y <= one * (t / 2 ^ h)) by (rewrite <- Q; now apply floor_le).
  assert (Yh : one * (t / 2 ^ h) <= IZR (y + 1)) by (rewrite <- Q; now apply floor_gt).
  assert (Hth : 0 <= t / 2 ^ h) by (apply Rmult_le_pos; [lra | left; now apply Rinv_0_lt_compat]).
  assert (div_one : forall u v, u <= one * v -> u / one <= v).
  { intros. apply Rmult_le_reg_r with one; [exact H1|].
    replace (u / one * one) with u by (field; lra). lra. }
  assert (one_div : forall u v, one * v <= u -> v <= u / one).
  { intros. apply Rmult_le_reg_r with one; [exact H1|].
    replace (u / one * one) with u by (field; lra). lra. }
  assert (L : IZR (Z.max 0 (taylor3_floor B (y + 1))) <= one * exp (- (t / 2 ^ h))).
  { assert (K := exp_pos (- (t / 2 ^ h))).
    destruct (Z.max_spec 0 (taylor3_floor B (y + 1))) as [[_ ->]|[_ ->]];
      [|apply Rmult_le_pos; lra].
    eapply Rle_trans; [apply taylor3_below|]. apply Rmult_le_compat_l; [lra|].
    eapply Rle_trans; [apply taylor_bounds|]; [apply Rle_trans with (1 := Hth), one_div, Yh|].
    apply exp_le. apply Ropp_le_contravar, one_div, Yh. }
  assert (U : one * exp (- (t / 2 ^ h)) <= IZR (taylor4_ceil B y)).
  { eapply Rle_trans; [|apply taylor4_above]. apply Rmult_le_compat_l; [lra|].
    eapply Rle_trans; [|apply taylor_bounds].
    - apply exp_le. apply Ropp_le_contravar, div_one, Yl.
    - apply Rmult_le_pos; [now apply IZR_le | left; now apply Rinv_0_lt_compat]. }
  destruct (squared_below h _ t (Z.le_max_l _ _) L) as [L0 L1].
  assert (U1 := squared_above h _ t U).
  assert (E1 : one * exp (- t) <= one).
  { rewrite <- (Rmult_1_r one) at 2. apply Rmult_le_compat_l; [lra|]. rewrite <- exp_0.
    apply exp_le. lra. }
  repeat split; try assumption.
  - destruct (Z.min_spec (2 ^ B) (squared 1 B h (taylor4_ceil B y))) as [[_ ->]|[_ ->]]; assumption.
  - apply IZR_le, Z.le_min_l.
Qed.

End Decay.

(** ** sigma and s as functions of e^-|f|: both grow up to e = 1 *)

Lemma share_le c0 t t' : 0 < c0 -> 0 <= t -> t <= t' -> t / (c0 + t) <= t' / (c0 + t').
Proof.
  intros. apply Rmult_le_reg_r with ((c0 + t) * (c0 + t')); [nra|].
  replace (t / (c0 + t) * _) with (t * (c0 + t')) by (field; lra).
  replace (t' / (c0 + t') * _) with (t' * (c0 + t)) by (field; lra). nra.
Qed.

Lemma bump_le o t t' : 0 < o -> 0 <= t -> t <= t' -> t' <= o -> t / (o + t) ^ 2 <= t' / (o + t') ^ 2.
Proof.
  intros Ho Ht H H'. apply Rmult_le_reg_r with ((o + t) ^ 2 * (o + t') ^ 2).
  { apply Rmult_lt_0_compat; apply pow_lt; lra. }
  replace (t / (o + t) ^ 2 * ((o + t) ^ 2 * (o + t') ^ 2)) with (t * (o + t') ^ 2) by (field; lra).
  replace (t' / (o + t') ^ 2 * ((o + t) ^ 2 * (o + t') ^ 2)) with (t' * (o + t) ^ 2) by (field; lra).
  assert (0 <= (t' - t) * (o * o - t * t'))
    by (apply Rmult_le_pos; [lra|]; assert (t * t' <= o * o) by (apply Rmult_le_compat; lra); lra).
  replace (t' * (o + t) ^ 2) with (t * (o + t') ^ 2 + (t' - t) * (o * o - t * t')) by ring. lra.
Qed.
