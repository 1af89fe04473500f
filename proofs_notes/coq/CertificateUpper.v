(** * [upper_ok] proves the upper bound *)

From Coq Require Import Reals ZArith Lra Lia List Bool Psatz.
From Flatcert Require Import Sums Logistic Network Forms CertificateForm CertificateBound CertificateExp
  CertificateCheck CertificateSums CertificateRead CertificateResidual CertificateSteps.
Import ListNotations.
Open Scope R_scope.

Section Sound.
Variables (S : subject) (P : witness).
Let its := items S P.
Let ts := read_data S P its.
Let N := network_of S.
Let D := data_of S.
Hypothesis sound : sound_parts S P its ts = true.
Let cs := all_conditions S P sound.
Let item_at := item_at S P.
Let datum_at := datum_at S P.
Let on := on S P.
Let q := IZR (den S).
Let d := IZR (grid S).
Let beta := beta S P.

Variables num qq : Z.
Hypothesis upper : upper_ok S P its ts num qq = true.
Let m := (num * unit_mu S P ts / qq - residual_error S P ts)%Z.
Let tau := IZR (unit_form P).

Record upper_conditions : Prop := UpperConditions {
  qq_pos : (0 < qq)%Z;
  m_pos : (0 < m)%Z;
  data_sorted : match ts with [] => true | t :: _ => sorted (px t) ts end = true;
  constant_fits : (den S * den S * unit_form P <= m * constant_form P)%Z;
  inverses_fit : forall t, In t ts -> inverse_ok S P t = true;
  blocks_fit : forall it, In it its -> block_check S P ts m it = true;
  steps_fit : chain S P its zero_matrix ts = true
}.

Lemma upper_conditions_hold : upper_conditions.
Proof.
  assert (H := upper). unfold upper_ok in H. fold m in H. booleans H.
  rewrite !forallb_forall in H. destruct H as [[[[[[H1 H2] H3] H4] H5] H6] H7]. now constructor.
Qed.

Let us := upper_conditions_hold.

Lemma sorted_from x l : sorted x l = true ->
  forall j, (j < length l)%nat -> (x <= px (nth j l no_datum))%Z.
Proof.
  revert x. induction l as [|t l IH]; simpl; intros x H j Hj; [lia|]. booleans H.
  destruct H as [H1 H2].
  destruct j as [|j]; [exact H1|]. specialize (IH _ H2 j ltac:(lia)). lia.
Qed.

Lemma sorted_nth x l : sorted x l = true ->
  forall j i, (j < i)%nat -> (i < length l)%nat ->
  (px (nth j l no_datum) <= px (nth i l no_datum))%Z.
Proof.
  revert x. induction l as [|t l IH]; simpl; intros x H j i Hji Hi; [lia|]. booleans H.
  destruct H as [_ H]. destruct i as [|i]; [lia|]. destruct j as [|j].
  - apply (sorted_from _ _ H). lia.
  - apply (IH _ H); lia.
Qed.

Lemma sorted_list l : match l with [] => true | t :: _ => sorted (px t) l end = true ->
  forall j i, (j < i)%nat -> (i < length l)%nat ->
  (px (nth j l no_datum) <= px (nth i l no_datum))%Z.
Proof. destruct l as [|t l]; [simpl; lia | apply sorted_nth]. Qed.

Lemma x_sorted j l : (j < l)%nat -> (l < n D)%nat -> (px (datum_at j) <= px (datum_at l))%Z.
Proof.
  assert (H := data_sorted us). intros Hjl Hl. unfold D in Hl. rewrite (n_length S P sound) in Hl.
  unfold datum_at, CertificateRead.datum_at. fold its ts in Hl |- *.
  exact (sorted_list ts H j l Hjl Hl).
Qed.

Lemma grows i : right (item_at i) = true ->
  forall j l, (j < l)%nat -> (l < n D)%nat -> on i j = true -> on i l = true.
Proof.
  intros R j l Hjl Hl. assert (X := x_sorted j l Hjl Hl). unfold on, CertificateRead.on, active.
  fold (item_at i). rewrite R, !Z.ltb_lt. fold (datum_at j) (datum_at l). lia.
Qed.

Lemma shrinks i : right (item_at i) = false ->
  forall j l, (j < l)%nat -> (l < n D)%nat -> on i l = true -> on i j = true.
Proof.
  intros R j l Hjl Hl. assert (X := x_sorted j l Hjl Hl). unfold on, CertificateRead.on, active.
  fold (item_at i). rewrite R, !Z.leb_le. fold (datum_at j) (datum_at l). lia.
Qed.

(** The chain, step by step *)
Definition matrix_at (j : nat) : matrix :=
  nth j (zero_matrix :: map (fun t => after (dhint t)) ts) zero_matrix.

Lemma chain_nth l : forall A, chain S P its A l = true ->
  forall j, (j < length l)%nat ->
  step_ok S P its (nth j (A :: map (fun t => after (dhint t)) l) zero_matrix) (nth j l no_datum) = true
  /\ nth (Datatypes.S j) (A :: map (fun t => after (dhint t)) l) zero_matrix
     = after (dhint (nth j l no_datum)).
Proof.
  induction l as [|t l IH]; simpl; intros A H j Hj; [lia|]. booleans H. destruct H as [H1 H2].
  destruct j as [|j]; [split; [exact H1 | reflexivity]|]. exact (IH _ H2 j ltac:(lia)).
Qed.

Lemma step_at j : (j < n D)%nat ->
  step_ok S P its (matrix_at j) (datum_at j) = true
  /\ matrix_at (Datatypes.S j) = after (dhint (datum_at j)).
Proof.
  intros Hj. apply (chain_nth ts _ (steps_fit us)). unfold D in Hj.
  now rewrite (n_length S P sound) in Hj.
Qed.

Let form_at i := Form2 (IZR (k1 (hint (item_at i)))) (IZR (k2 (hint (item_at i))))
                       (IZR (k3 (hint (item_at i)))).
Let right_at i := right (item_at i).
Let part := part right_at on.

Lemma forms_at side j :
  let '(u1, u2, u3) := forms its side (px (datum_at j)) in
  IZR u1 = \sum_(i < k N) part side j i * c1 (form_at i) /\
  IZR u2 = \sum_(i < k N) part side j i * c2 (form_at i) /\
  IZR u3 = \sum_(i < k N) part side j i * c3 (form_at i).
Proof. unfold forms. cbv zeta. unfold its. rewrite !(sum_items S P sound). repeat split; reflexivity. Qed.

Lemma m_real : 0 < IZR m.
Proof. apply IZR_lt, us. Qed.

Lemma tau_pos : 0 < tau.
Proof. apply IZR_lt, power_pos, cs. Qed.

(** The unit of the forms is alpha^2/(beta tau) with alpha = 1/(q d). *)
Definition unit : R := (/ (q * d)) ^ 2 / (beta * tau).

Lemma unit_form_pos : 0 < unit.
Proof.
  assert (Q := q_pos S P sound). assert (G := d_pos S P sound). assert (B := beta_pos S P sound).
  assert (T := tau_pos). fold q in Q. fold d in G. fold beta in B. apply Rdiv_lt_0_compat.
  - apply pow_lt, Rinv_0_lt_compat, Rmult_lt_0_compat; assumption.
  - now apply Rmult_lt_0_compat.
Qed.

Lemma blocks_ok i : (i < k N)%nat ->
  block_ok N d unit (IZR m * beta) form_at (approx_x N D (slopes S P)) (approx_1 N D (slopes S P)) i.
Proof.
  intros Hi v1 v2 v3 y1 y2. assert (K := blocks_fit us _ (item_in S P sound i Hi)).
  assert (Q := q_pos S P sound). assert (G := d_pos S P sound). assert (B := beta_pos S P sound).
  assert (T := tau_pos). fold q in Q. fold d in G. fold beta in B.
  unfold N, D. rewrite (residual_x_at S P sound i Hi), (residual_1_at S P sound i Hi),
    (w_at S P sound), (b_at S P sound), (a_at S P sound).
  fold its ts. fold (item_at i). fold q beta. fold (item_at i) in K. unfold block_check in K.
  set (u := unit_ (item_at i)) in *. set (h := hint (item_at i)) in *.
  unfold form_at. fold h.
  set (rx := residual_x ts (item_at i)) in *. set (r1 := residual_1 S ts (item_at i)) in *.
  rewrite !Z.shiftl_mul_pow2 in K by apply cs. fold (unit_form P) in K.
  booleans K. destruct K as [Kd K].
  assert (F := block_form (IZR m) (IZR rx) (IZR r1) (IZR (na u)) (IZR (nw u)) (IZR (nb u))
                 (IZR (k1 h)) (IZR (k2 h)) (IZR (k3 h)) tau m_real T).
  cbv zeta in F.
  assert (Kd' : 0 < IZR m * IZR m - IZR rx * IZR rx - IZR r1 * IZR r1)
    by (rewrite <- !mult_IZR, <- !minus_IZR; now apply IZR_lt).
  assert (K' := fun x y => dominant2_nonneg _ _ _ x y K).
  assert (F' := F Kd'). clear F. match type of F' with ?H -> _ => assert (X : H) end.
  { intros x y. eapply Rle_trans; [apply (K' x y)|]. apply Req_le. unfold tau.
    rewrite !minus_IZR, !mult_IZR, !minus_IZR, !mult_IZR, !plus_IZR, !mult_IZR. ring. }
  specialize (F' X (v1 * (beta * (q * d))) (v2 * (beta * (q * d))) (v3 * (beta * (q * d))) y1 y2).
  clear X K K'.
  apply (Rmult_le_compat_l ((/ (q * d)) ^ 2 / beta)) in F';
    [|left; apply Rdiv_lt_0_compat; [apply pow_lt, Rinv_0_lt_compat, Rmult_lt_0_compat|]; assumption].
  match type of F' with ?lhs <= ?rhs => apply Rle_trans with lhs;
    [apply Req_le; field; lra | apply Rle_trans with rhs; [exact F' | apply Req_le]] end.
  unfold unit, quad2, polar2; cbn [c1 c2 c3]. field. lra.
Qed.

Lemma constant_ok v0 y2 :
  2 / d * (v0 * y2) <= IZR m * beta * v0 ^ 2 + unit * IZR (constant_form P) * y2 ^ 2.
Proof.
  assert (Q := q_pos S P sound). assert (G := d_pos S P sound). assert (B := beta_pos S P sound).
  assert (T := tau_pos). assert (M := m_real). fold q in Q. fold d in G. fold beta in B.
  assert (K := constant_fits us). apply IZR_le in K. rewrite !mult_IZR in K. fold q tau in K.
  set (g := IZR (constant_form P)) in *.
  (* multiply by m beta and complete the square *)
  apply Rminus_nonneg_le. apply Rmult_le_reg_l with (IZR m * beta); [now apply Rmult_lt_0_compat|].
  rewrite Rmult_0_r. assert (S1 := pow2_ge_0 (IZR m * beta * v0 - y2 / d)).
  assert (S2 : 0 <= (IZR m * g - q * q * tau) * ((/ (q * d)) ^ 2 / tau * y2 ^ 2)).
  { apply Rmult_le_pos; [lra|]. apply Rmult_le_pos; [|apply pow2_ge_0]. left.
    apply Rdiv_lt_0_compat; [apply pow_lt, Rinv_0_lt_compat, Rmult_lt_0_compat|]; assumption. }
  apply Rle_trans with ((IZR m * beta * v0 - y2 / d) ^ 2
    + (IZR m * g - q * q * tau) * ((/ (q * d)) ^ 2 / tau * y2 ^ 2)); [lra|].
  apply Req_le. unfold unit. field. lra.
Qed.

Lemma pi_ok j : (j < n D)%nat -> p N D j * (unit * IZR (inverse (dhint (datum_at j)))) <= 1.
Proof.
  intros Hj. assert (K := inverses_fit us _ (datum_in S P sound j Hj)). fold (datum_at j) in K.
  assert (E := e_bounds S P sound j Hj). fold (datum_at j) in E.
  assert (Q := q_pos S P sound). assert (G := d_pos S P sound). assert (B := beta_pos S P sound).
  assert (T := tau_pos). assert (U := unit_pos' S P sound). assert (O := one_pos' S P sound).
  assert (Hn : 0 < INR (n D)) by (apply lt_0_INR, (nonempty S P sound)).
  fold q in Q. fold d in G. fold beta in B.
  unfold inverse_ok in K. destruct (decays (datum_at j)) as [lo hi]. destruct E as (_ & [_ E] & E').
  rewrite !Z.shiftl_mul_pow2 in K by apply cs. fold (unit_form P) (unit_slope P) in K.
  booleans K. destruct K as [K0 K]. apply IZR_le in K0, K. unfold scale_f in K.
  rewrite !mult_IZR, !plus_IZR in K. fold q d tau in K.
  assert (SA := s_at S j). fold N D in SA. unfold p. rewrite SA. clear SA.
  set (inv := IZR (inverse (dhint (datum_at j)))) in *. set (o := IZR (2 ^ exp_bits P)) in *.
  set (us' := IZR (unit_slope P)) in *. set (H := IZR hi) in *.
  assert (He : 0 < e_at S j) by apply exp_pos. set (e := e_at S j) in *.
  assert (bv : beta = / (INR (n D) * d * us')).
  { unfold beta, CertificateResidual.beta. now rewrite (unit_mu_value S P sound). }
  assert (OE : 0 < o * e) by now apply Rmult_lt_0_compat.
  assert (L := bump_le o (o * e) H O (Rlt_le _ _ OE) E E').
  replace (/ INR (n D) * (e / (1 + e) ^ 2) * (unit * inv))
    with (inv * us' * o / (q * q * d * tau) * (o * e / (o + o * e) ^ 2))
    by (unfold unit; rewrite bv; field; lra).
  eapply Rle_trans; [apply Rmult_le_compat_l; [|exact L]|].
  { apply Rmult_le_pos; [repeat apply Rmult_le_pos; lra|]. left.
    apply Rinv_0_lt_compat. repeat apply Rmult_lt_0_compat; assumption. }
  assert (D0 : 0 < q * q * d * tau * (o + H) ^ 2)
    by (apply Rmult_lt_0_compat; [repeat apply Rmult_lt_0_compat; assumption | apply pow_lt; lra]).
  apply Rmult_le_reg_r with (q * q * d * tau * (o + H) ^ 2); [exact D0|].
  replace (inv * us' * o / (q * q * d * tau) * (H / (o + H) ^ 2) * (q * q * d * tau * (o + H) ^ 2))
    with (inv * (H * o * us')) by (field; lra).
  lra.
Qed.

Lemma data_ok j : (j < n D)%nat ->
  pays (fun j => IZR (2 ^ state_bits P) ^ 2
          * (IZR (inverse (dhint (datum_at j)))
             - quad2 (total N right_at on form_at true (IZR (constant_form P)) j) (d * x D j) d
             - quad2 (total N right_at on form_at false 0 j) (d * x D j) d))
       (fun j => IZR (2 ^ state_bits P) * (d * x D j)) (fun _ => IZR (2 ^ state_bits P) * d)
       (fun j => c1 (total N right_at on form_at false 0 j) * (d * x D j)
                 + c2 (total N right_at on form_at false 0 j) * d)
       (fun j => c2 (total N right_at on form_at false 0 j) * (d * x D j)
                 + c3 (total N right_at on form_at false 0 j) * d)
       (fun j => - (IZR (2 ^ state_bits P)
          * (c1 (total N right_at on form_at true (IZR (constant_form P)) j) * (d * x D j)
             + c2 (total N right_at on form_at true (IZR (constant_form P)) j) * d)))
       (fun j => - (IZR (2 ^ state_bits P)
          * (c2 (total N right_at on form_at true (IZR (constant_form P)) j) * (d * x D j)
             + c3 (total N right_at on form_at true (IZR (constant_form P)) j) * d)))
       (fun j => - (IZR (2 ^ state_bits P) ^ 2 * (d * x D j)))
       (fun _ => - (IZR (2 ^ state_bits P) ^ 2 * d))
       (fun j => real4 (matrix_at j)) j.
Proof.
  intros Hj. destruct (step_at j Hj) as [K E]. unfold pays. rewrite E. clear E.
  assert (G := d_pos S P sound). fold d in G.
  replace (d * x D j) with (IZR (px (datum_at j)))
    by (unfold D; rewrite (x_at S P sound); fold (datum_at j) d; field; lra).
  assert (FU := forms_at true j). assert (FV := forms_at false j).
  unfold step_ok in K. set (t := datum_at j) in *.
  destruct (forms its true (px t)) as [[u1 u2] u3].
  destruct (forms its false (px t)) as [[v1 v2] v3].
  unfold total. fold part. destruct FU as (<- & <- & <-). destruct FV as (<- & <- & <-).
  set (kappa := (2 ^ state_bits P)%Z) in *.
  destruct (apply4 _ _ _ _ _) as [[[w0 w1] w2] w3] eqn:W.
  booleans K. destruct K as [Kp K]. intros x0 y0 y1 y2 y3.
  assert (Q := step_form _ _ _ _ _ _ _ _ (kappa * (u1 * px t + u2 * grid S))
    (kappa * (u2 * px t + (u3 + constant_form P) * grid S)) (kappa * (kappa * px t))
    (kappa * (kappa * grid S)) _ _ _ _ W eq_refl Kp K x0 y0 y1 y2 y3).
  clear K Kp W. cbn [c1 c2 c3]. unfold quad2, polar2; cbn [c1 c2 c3].
  eapply Rle_trans; [|eapply Rle_trans; [exact Q|]]; apply Req_le.
  - reals. fold d. f_equal; ring.
  - reals. fold d. ring.
Qed.

Theorem upper_bound v : Hq N D v <= IZR num / IZR qq * norm2 N v.
Proof.
  assert (B := beta_pos S P sound). assert (Hv := norm2_nonneg N v).
  assert (K := quadratic_bound N D right_at on d unit (IZR m * beta) (IZR (constant_form P))
    (IZR (2 ^ state_bits P)) form_at (approx_x N D (slopes S P)) (approx_1 N D (slopes S P))
    (fun j => IZR (inverse (dhint (datum_at j)))) (fun j => real4 (matrix_at j))
    (d_pos S P sound) unit_form_pos
    (IZR_lt _ _ (power_pos _ (state_bits_nonneg _ _ cs))) (nonempty S P sound)
    (act_on S P sound) (fun i _ => grows i) (fun i _ => shrinks i) eq_refl data_ok blocks_ok
    constant_ok pi_ok v).
  assert (R := residual_error_at S P sound v). fold N D beta in R, B.
  assert (M : (IZR m + IZR (residual_error S P ts)) * beta <= IZR num / IZR qq).
  { unfold m. rewrite minus_IZR.
    assert (F := floor_le (num * unit_mu S P ts) qq (qq_pos us)). rewrite mult_IZR in F.
    assert (HQ := IZR_lt _ _ (qq_pos us)). assert (HB : IZR (unit_mu S P ts) * beta = 1).
    { unfold beta, CertificateResidual.beta. fold its ts. field. intro Z0.
      unfold beta, CertificateResidual.beta in B. fold its ts in B. rewrite Z0, Rinv_0 in B. lra. }
    apply (Rmult_le_compat_r beta) in F; [|lra].
    replace (IZR num * IZR (unit_mu S P ts) / IZR qq * beta)
      with (IZR num / IZR qq * (IZR (unit_mu S P ts) * beta)) in F by (field; lra).
    rewrite HB in F. lra. }
  apply (Rmult_le_compat_r (norm2 N v)) in M; [|exact Hv].
  assert (R' := Rle_trans _ _ _ (Rle_abs _) R). unfold approx_R in R'. fold its ts in R'.
  unfold Hq. lra.
Qed.

End Sound.
