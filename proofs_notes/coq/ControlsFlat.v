(** * False twins of Theorem 3.1

    The closed theorem [flat_overfit] has no constant, so an assumption is dropped or weakened; the
    bound [one_margin_flat] behind it has five, of which two are changed, and two assumptions. *)

From Coq Require Import Reals Lra Lia Psatz List.
From Coquelicot Require Import Coquelicot.
From Flatcert Require Import Sums Logistic Network BlockNorm Spectrum Ramps Counterexample
  CounterexampleLimit ControlsStatements ControlsSteep Controls.
Import ListNotations.
Open Scope R_scope.

(** ** flat_overfit *)

(** Equal x must carry equal labels. *)
Theorem FlatOverfit_consistent_is_false : ~ FlatOverfit_statement (fun _ => True) (fun eps => 0 < eps).
Proof.
  intro F. set (D := Data 2 (fun _ => 0) (fun j => nth j [1; -1] 1)).
  assert (HD : labelled D).
  { split; [simpl; lia|]. intros j Hj. destruct j as [|[|j]]; unfold label; simpl; try lra.
    exfalso. simpl in Hj. lia. }
  destruct (F D 1 1 HD I ltac:(lra) ltac:(lra)) as (N & lam & Hf & _).
  assert (K := consistent_needed N D HD Hf 0%nat 1%nat ltac:(simpl; lia) ltac:(simpl; lia) eq_refl).
  simpl in K. lra.
Qed.

(** The loss can be small, not 0. *)
Theorem FlatOverfit_zero_loss_is_false : ~ FlatOverfit_statement consistent (fun eps => 0 <= eps).
Proof.
  intro F. destruct (F one_datum 1 0 one_datum_labelled) as (N & lam & _ & HL & _); try lra.
  - intros i j Hi Hj _. reflexivity.
  - unfold loss in HL. change (n one_datum) with 1%nat in HL. cbn [seq Sum] in HL.
    assert (K := l_pos (y one_datum 0) (f N (x one_datum 0))). simpl INR in HL. lra.
Qed.

(** ** one_margin_flat *)

(** One datum at 0 without neurons: v^T H v = s(c0) for v = e_c. *)
Definition origin : data := Data 1 (fun _ => 0) (fun _ => 1).
Definition unit_c : vec := Vec (fun _ => 0) (fun _ => 0) (fun _ => 0) 1.

Lemma origin_labelled : labelled origin.
Proof. split; [simpl; lia|]. intros. left. reflexivity. Qed.

Lemma origin_Hq c0 : Hq (constant c0) origin unit_c = s c0.
Proof.
  unfold Hq, Gq, Rq, curv, p, dot. change (n origin) with 1%nat. change (k (constant c0)) with 0%nat.
  cbn [seq Sum]. rewrite constant_f. simpl. field.
Qed.

Ltac on_origin c0 m F K :=
  assert (K := F (constant c0) origin m 0 0 origin_labelled);
  specialize (K ltac:(first [exact I | intros j Hj; rewrite constant_f; simpl; ring]));
  specialize (K ltac:(intros j Hj; simpl; rewrite Rabs_R0; lra) ltac:(intros; simpl; lra));
  specialize (K ltac:(intros i Hi; exfalso; simpl in Hi; lia) unit_c);
  rewrite origin_Hq in K; unfold norm2 in K; change (k (constant c0)) with 0%nat in K;
  cbn [seq Sum] in K; replace (1 + 0 ^ 2) with 1 in K by ring; rewrite sqrt_1 in K; simpl vc in K;
  assert (S := s_pos c0); rewrite Rabs_pos_eq in K by lra.

(** flat-rate *)
Theorem OneMargin_rate_is_false : ~ OneMargin_statement one_margin kinks_in_range (11/10) 1 1 1 1.
Proof.
  intro F. on_origin 30 30 F K. rewrite s_alt in K.
  set (E := exp 30) in *.
  assert (H : 8 * E <= exp (11/10 * 30)).
  { replace (11/10 * 30) with (1 + 1 + 1 + 30) by field. rewrite !exp_plus. fold E.
    assert (A := exp_ge_1_plus 1). assert (P := exp_pos 30). fold E in P.
    assert (B : 2 * 2 <= exp 1 * exp 1) by nra. assert (C : 8 <= exp 1 * exp 1 * exp 1) by nra. nra. }
  assert (E31 : 31 <= E) by (assert (A := exp_ge_1_plus 30); unfold E; lra).
  assert (e1 : exp (-(30)) <= 1).
  { assert (A := exp_minus_le 30). lra. }
  assert (e0 := exp_pos (-(30))).
  rewrite exp_Ropp in K.
  assert (U : / exp (11/10 * 30) <= / (8 * E)) by (apply Rinv_le_contravar; lra).
  assert (V : / (2 * E) <= / (2 + E + exp (-(30)))) by (apply Rinv_le_contravar; lra).
  replace (/ (8 * E)) with (/ E / 8) in U by (field; lra).
  replace (/ (2 * E)) with (/ E / 2) in V by (field; lra).
  assert (W : 0 < / E) by (apply Rinv_0_lt_compat; lra). rewrite exp_Ropp in V, K. lra.
Qed.

(** flat-any-margin *)
Theorem OneMargin_any_margin_is_false :
  ~ OneMargin_statement (fun _ _ _ => True) kinks_in_range 1 1 1 1 1.
Proof.
  intro F. on_origin 0 30 F K. rewrite s_0 in K.
  assert (A := exp_minus_le 30). replace (1 * 30) with 30 in K by ring. lra.
Qed.

(** Two neurons that cancel, on two data with the label +1: f = 5. *)
Section Cancelling.
Variables a0 w0 b0 X : R.
Local Notation N := (Network 2 (fun _ => w0) (fun _ => b0) (fun i => nth i [a0; - a0] 0) 5).
Local Notation D := (Data 2 (fun j => nth j [0; X] 0) (fun _ => 1)).

Lemma cancelling_f t : f N t = 5.
Proof. unfold f. change (k N) with 2%nat. cbn [seq Sum]. simpl. ring. Qed.

Lemma cancelling_labelled : labelled D.
Proof. split; [simpl; lia|]. intros. left. reflexivity. Qed.

Lemma cancelling_margin : one_margin N D 5.
Proof. intros j Hj. rewrite cancelling_f. simpl. ring. Qed.

Lemma cancelling_X : 0 <= X -> forall j, (j < n D)%nat -> Rabs (x D j) <= X.
Proof.
  intros HX j Hj. destruct j as [|[|j]]; [| | exfalso; simpl in Hj; lia]; simpl; apply Rabs_le; lra.
Qed.

Lemma cancelling_W : 0 <= X -> forall i j, (i < n D)%nat -> (j < n D)%nat -> x D i - x D j <= X.
Proof.
  intros HX i j Hi Hj. destruct i as [|[|i]]; [| | exfalso; simpl in Hi; lia];
  (destruct j as [|[|j]]; [| | exfalso; simpl in Hj; lia]); simpl; lra.
Qed.

(** H along a vector that moves the first neuron only *)
Definition first_only (v1 v2 v3 : R) : vec :=
  Vec (fun i => nth i [v1] 0) (fun i => nth i [v2] 0) (fun i => nth i [v3] 0) 0.

Lemma first_norm2 v1 v2 v3 : norm2 N (first_only v1 v2 v3) = v1 ^ 2 + v2 ^ 2 + v3 ^ 2.
Proof. unfold norm2. change (k N) with 2%nat. cbn [seq Sum]. simpl. ring. Qed.

Lemma first_Rq v1 v2 v3 :
  Rq N D (first_only v1 v2 v3) = 2 * (v1 * rx N D 0 + v2 * r1 N D 0) * v3.
Proof. rewrite Rq_by_neurons. change (k N) with 2%nat. cbn [seq Sum]. simpl. ring. Qed.

Lemma first_Gq v1 v2 v3 : 0 <= Gq N D (first_only v1 v2 v3).
Proof.
  apply sum_nonneg. intros j Hj. apply Rmult_le_pos; [left; now apply p_pos, cancelling_labelled|].
  apply pow2_ge_0.
Qed.

End Cancelling.

(** 2/5 of the term sqrt(1 + X^2) are not enough. *)
Theorem OneMargin_residual_is_false : ~ OneMargin_statement one_margin kinks_in_range 1 1 (2/5) 1 1.
Proof.
  intro F. set (a0 := / 1000). set (w0 := / 1000). set (b0 := - / 1000).
  assert (Hk : kinks_in_range (Network 2 (fun _ => w0) (fun _ => b0) (fun i => nth i [a0; - a0] 0) 5)
                              (Data 2 (fun j => nth j [0; 100] 0) (fun _ => 1))).
  { intros i Hi. split; [simpl; unfold w0; lra|]. exists 0%nat, 1%nat.
    replace (kink _ i) with 1 by (unfold kink, w0, b0; simpl; field). repeat split; simpl; lra || lia. }
  assert (K := F _ _ 5 100 100 (cancelling_labelled 100) (cancelling_margin a0 w0 b0 100)
                 (cancelling_X 100 ltac:(lra)) (cancelling_W 100 ltac:(lra)) Hk
                 (first_only 100 1 (-100))).
  rewrite first_norm2 in K. unfold Hq in K. rewrite first_Rq in K.
  assert (G := first_Gq a0 w0 b0 100 100 1 (-100)).
  set (N := Network 2 _ _ _ 5) in *. set (D := Data 2 _ _) in *.
  set (sl := - (1) / (1 + exp 5)).
  assert (S : forall j, slope N D j = sl).
  { intro j. unfold slope, N, sl. rewrite cancelling_f. unfold dl. simpl. now rewrite Rmult_1_l. }
  assert (A : act N D 0 0 = 0 /\ act N D 0 1 = 1).
  { unfold act, z, below, N, D. cbn [w b x nth]. unfold w0, b0.
    split; destruct (Rlt_dec _ _); lra. }
  destruct A as [A0 A1].
  assert (R1 : rx N D 0 = 50 * sl /\ r1 N D 0 = sl / 2).
  { unfold rx, r1. change (n D) with 2%nat. cbn [seq Sum]. rewrite !S, A0, A1. simpl. split; field. }
  destruct R1 as [Ex E1]. rewrite Ex, E1 in K.
  assert (Hs : sqrt (1 + 100 ^ 2) <= 100005/1000).
  { rewrite <- (sqrt_pow2 (100005/1000)) by lra. apply sqrt_le_1_alt. lra. }
  change (k N) with 2%nat in K. cbn [seq Sum] in K. simpl w in K. simpl a in K.
  replace (1 * 5) with 5 in K by ring. set (e := exp (- (5))) in *.
  assert (e0 : 0 < e) by apply exp_pos.
  assert (e1 : e <= 1/6) by (assert (T := exp_minus_le 5); unfold e; lra).
  assert (Esl : - sl = e / (1 + e)).
  { unfold sl, e. rewrite exp_Ropp. assert (P := exp_pos 5). field. lra. }
  assert (Low : 6/7 * e <= - sl).
  { rewrite Esl. apply Rmult_le_reg_r with (1 + e); [lra|].
    replace (e / (1 + e) * (1 + e)) with e by (field; lra). nra. }
  assert (K2 : 1000100 * - sl <= e * (1 + 2/5 * (100005/1000) + 40002/1000000) * 20001).
  { apply Rle_trans with (Rabs (Gq N D (first_only 100 1 (-100))
                               + 2 * (100 * (50 * sl) + 1 * (sl / 2)) * -100)).
    - eapply Rle_trans; [|apply Rle_abs]. lra.
    - eapply Rle_trans; [exact K|]. unfold a0, w0.
      replace (100 ^ 2 + 1 ^ 2 + (-100) ^ 2) with 20001 by ring.
      apply Rmult_le_compat_r; [lra|]. apply Rmult_le_compat_l; lra. }
  lra.
Qed.

(** flat-no-residual *)
Theorem OneMargin_no_residual_is_false : ~ OneMargin_statement one_margin kinks_in_range 1 1 0 1 1.
Proof.
  intro F. apply OneMargin_residual_is_false. intros N D m X W HD Hm HX HW Hk v.
  eapply Rle_trans; [exact (F N D m X W HD Hm HX HW Hk v)|].
  apply Rmult_le_compat_r; [apply norm2_nonneg|].
  apply Rmult_le_compat_l; [left; apply exp_pos|].
  assert (K := sqrt_pos (1 + X ^ 2)). lra.
Qed.

(** flat-kinks-anywhere *)
Theorem OneMargin_kinks_is_false : ~ OneMargin_statement one_margin (fun _ _ => True) 1 1 1 1 1.
Proof.
  intro F. set (a0 := / 10). set (w0 := / 10). set (b0 := 100).
  assert (K := F _ _ 5 1 1 (cancelling_labelled 1) (cancelling_margin a0 w0 b0 1)
                 (cancelling_X 1 ltac:(lra)) (cancelling_W 1 ltac:(lra)) I (first_only 0 0 1)).
  rewrite first_norm2 in K. unfold Hq in K. rewrite first_Rq in K.
  assert (G : 10000 * s 5 <= Gq (Network 2 (fun _ => w0) (fun _ => b0) (fun i => nth i [a0; - a0] 0) 5)
                                (Data 2 (fun j => nth j [0; 1] 0) (fun _ => 1)) (first_only 0 0 1)).
  { unfold Gq. change (n _) with 2%nat. cbn [seq Sum]. unfold p. rewrite !cancelling_f.
    unfold dot. change (k _) with 2%nat. cbn [seq Sum g vw vb va vc first_only nth]. simpl INR.
    unfold z. cbn [w b x nth]. unfold relu, w0, b0. rewrite !Rmax_right by lra.
    assert (P := s_pos 5). lra. }
  assert (P := s_pos 5). rewrite Rabs_pos_eq in K by lra.
  assert (Hs : sqrt (1 + 1 ^ 2) <= 2).
  { rewrite <- (sqrt_pow2 2) by lra. apply sqrt_le_1_alt. lra. }
  change (k _) with 2%nat in K. cbn [seq Sum] in K. simpl w in K. simpl a in K.
  replace (1 * 5) with 5 in K by ring. set (e := exp (- (5))) in *.
  assert (e0 : 0 < e) by apply exp_pos.
  assert (e1 : e <= 1) by (assert (T := exp_minus_le 5); unfold e; lra).
  assert (Es : s 5 = e / (1 + e) ^ 2).
  { unfold s, e. rewrite exp_Ropp. assert (Q := exp_pos 5). field. lra. }
  assert (Low : e / 4 <= s 5).
  { rewrite Es. apply Rmult_le_reg_r with ((1 + e) ^ 2); [nra|].
    replace (e / (1 + e) ^ 2 * (1 + e) ^ 2) with e by (field; nra). nra. }
  assert (K2 : 10000 * s 5 <= e * 4); [|lra].
  eapply Rle_trans; [exact G|]. eapply Rle_trans; [|eapply Rle_trans; [exact K|]]; [lra|].
  unfold a0, w0. apply Rle_trans with (e * 4 * 1); [|lra].
  replace (0 ^ 2 + 0 ^ 2 + 1 ^ 2) with 1 by ring.
  apply Rmult_le_compat_r; [lra|]. apply Rmult_le_compat_l; lra.
Qed.
