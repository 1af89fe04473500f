(** * [lower_ok] proves the lower bound *)

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

Variables (parts : list (Z * Z * Z)) (vc0 num qq : Z).
Hypothesis lower : lower_ok S P its ts (parts, vc0) num qq = true.

Let es := map prepare_entry (combine its parts).
Definition no_entry := prepare_entry (no_item, (0, 0, 0)%Z).
Definition entry_at (i : nat) : entry_ := nth i es no_entry.
Definition direction : vec :=
  Vec (fun i => IZR (fst (fst (part_ (entry_at i))))) (fun i => IZR (snd (fst (part_ (entry_at i)))))
      (fun i => IZR (snd (part_ (entry_at i)))) (IZR vc0).

Let square := (sum_if (fun _ => true) (fun e => square3 (part_ e)) es + vc0 * vc0)%Z.
Let gauss := sum_if (fun _ => true)
    (fun t => let h := along S es vc0 (px t) in weight (dhint t) * (h * h))%Z ts.
Let residual := sum_if (fun _ => true)
    (fun e => let '(w, b, a) := part_ e in
              2 * (residual_x ts (of_item e) * w + residual_1 S ts (of_item e) * b) * a)%Z es.

Record lower_conditions : Prop := LowerConditions {
  lower_qq_pos : (0 < qq)%Z;
  parts_length : length its = length parts;
  weights_fit : forall t, In t ts -> weight_ok P t = true;
  reaches : (num * unit_mu S P ts * scale_f S * square
             < qq * (gauss + scale_f S * (residual - residual_error S P ts * square)))%Z
}.

Lemma lower_conditions_hold : lower_conditions.
Proof.
  assert (H := lower). unfold lower_ok in H. booleans H. rewrite forallb_forall in H.
  destruct H as [[[H1 H2] H3] H4]. now constructor.
Qed.

Let ls := lower_conditions_hold.

Lemma es_items : map of_item es = its.
Proof.
  unfold es. rewrite map_map. rewrite (map_ext _ fst) by (now intros [it [[w b] a]]).
  apply map_fst_combine, ls.
Qed.

Lemma entry_item i : of_item (entry_at i) = item_at i.
Proof.
  unfold item_at, CertificateRead.item_at, entry_at. fold its. rewrite <- es_items at 1.
  symmetry. exact (map_nth of_item es no_entry i).
Qed.

Lemma sum_entries b f :
  IZR (sum_if b f es) = \sum_(i < k N) (ind (b (entry_at i)) * IZR (f (entry_at i))).
Proof.
  unfold N. rewrite (k_length S P sound). fold its. rewrite <- es_items at 1. rewrite map_length.
  apply sum_if_nth.
Qed.

Lemma entry_fields i : (i < k N)%nat ->
  let '(w, b, a) := part_ (entry_at i) in let u := unit_ (item_at i) in
  slope_part (entry_at i) = (na u * w + nw u * a)%Z /\
  level_part (entry_at i) = (na u * b + nb u * a)%Z.
Proof.
  intros Hi. rewrite <- (entry_item i).
  assert (H : In (entry_at i) es).
  { apply nth_In. unfold N in Hi. rewrite (k_length S P sound) in Hi. fold its in Hi.
    rewrite <- es_items, map_length in Hi. exact Hi. }
  unfold es in H. apply in_map_iff in H. destruct H as ([it [[w b] a]] & <- & _).
  split; reflexivity.
Qed.

Lemma along_at j : (j < n D)%nat ->
  IZR (along S es vc0 (px (datum_at j))) = q * d * dot N (g N D j) direction.
Proof.
  intros Hj. assert (Q := q_pos S P sound). assert (G := d_pos S P sound). fold q in Q. fold d in G.
  unfold along. reals. rewrite !sum_entries. unfold dot. cbn [g vw vb va vc direction]. fold q d.
  rewrite (sum_ext _ (fun i => _ * _ + _ + _) (fun i =>
    / (q * d) * (IZR (px (datum_at j))
       * (ind (active (of_item (entry_at i)) (px (datum_at j))) * IZR (slope_part (entry_at i)))
     + d * (ind (active (of_item (entry_at i)) (px (datum_at j))) * IZR (level_part (entry_at i)))))).
  - rewrite Sum_scal, Sum_plus, !Sum_scal. field. lra.
  - intros i Hi. assert (F := entry_fields i Hi). rewrite relu_z. unfold N, D.
    rewrite (act_on S P sound i j Hi Hj). fold its ts. rewrite entry_item. fold (on i j).
    unfold z. rewrite (w_at S P sound), (b_at S P sound), (a_at S P sound), (x_at S P sound).
    fold (item_at i) (datum_at j) q d.
    destruct (part_ (entry_at i)) as [[w b] a]. destruct F as [-> ->]. simpl fst. simpl snd. reals.
    unfold on, CertificateRead.on. fold (item_at i) (datum_at j). field. lra.
Qed.

Lemma square_at : IZR square = norm2 N direction.
Proof.
  unfold square, norm2. rewrite plus_IZR, mult_IZR, sum_entries. cbn [vw vb va vc direction].
  f_equal; [|ring]. apply sum_ext. intros i _. unfold square3.
  destruct (part_ (entry_at i)) as [[w b] a]. simpl. reals. ring.
Qed.

Lemma residual_at : beta * IZR residual = approx_R N D (slopes S P) direction.
Proof.
  unfold residual, approx_R. rewrite sum_entries, <- Sum_scal. apply sum_ext. intros i Hi.
  unfold N, D. rewrite (residual_x_at S P sound i Hi), (residual_1_at S P sound i Hi).
  fold its ts beta. fold (item_at i). rewrite entry_item. cbn [vw vb va direction].
  destruct (part_ (entry_at i)) as [[w b] a]. simpl fst. simpl snd. simpl ind. reals. ring.
Qed.

Lemma gauss_at : beta * IZR gauss <= IZR (scale_f S) * Gq N D direction.
Proof.
  assert (Q := q_pos S P sound). assert (G := d_pos S P sound). fold q in Q. fold d in G.
  assert (U := unit_pos' S P sound). assert (O := one_pos' S P sound).
  assert (Hn : 0 < INR (n D)) by (apply lt_0_INR, (nonempty S P sound)).
  unfold gauss, Gq. unfold ts. rewrite (sum_data S P sound). rewrite <- !Sum_scal. apply sum_le.
  intros j Hj.
  fold (datum_at j). cbv beta zeta. rewrite !mult_IZR, (along_at j Hj). simpl ind.
  assert (W := weights_fit ls _ (datum_in S P sound j Hj)). fold (datum_at j) in W.
  assert (E := e_bounds S P sound j Hj). fold (datum_at j) in E.
  unfold weight_ok in W. destruct (decays (datum_at j)) as [lo hi].
  destruct E as (E0 & [E1 E2] & E3).
  rewrite !Z.shiftl_mul_pow2 in W by apply cs. fold (unit_slope P) in W. booleans W.
  apply IZR_le in W, E0. rewrite !mult_IZR, !plus_IZR in W.
  assert (SA := s_at S j). fold N D in SA. unfold p. rewrite SA. clear SA.
  set (wt := IZR (weight (dhint (datum_at j)))) in *. set (o := IZR (2 ^ exp_bits P)) in *.
  set (us' := IZR (unit_slope P)) in *. set (L := IZR lo) in *.
  assert (He : 0 < e_at S j) by apply exp_pos. set (e := e_at S j) in *.
  assert (OE : 0 < o * e) by now apply Rmult_lt_0_compat.
  assert (bv : beta = / (INR (n D) * d * us')).
  { unfold beta, CertificateResidual.beta. now rewrite (unit_mu_value S P sound). }
  assert (M := bump_le o L (o * e) O E0 E1 ltac:(lra)).
  assert (K : wt <= us' * (e / (1 + e) ^ 2)).
  { replace (e / (1 + e) ^ 2) with (o * (o * e / (o + o * e) ^ 2)) by (field; lra).
    apply Rle_trans with (us' * (o * (L / (o + L) ^ 2))).
    - apply Rmult_le_reg_r with ((o + L) ^ 2); [apply pow_lt; lra|].
      replace (us' * (o * (L / (o + L) ^ 2)) * (o + L) ^ 2) with (L * o * us') by (field; lra). lra.
    - apply Rmult_le_compat_l; [lra|]. apply Rmult_le_compat_l; [lra | exact M]. }
  set (h := dot N (g N D j) direction). unfold scale_f. rewrite !mult_IZR. fold q d. rewrite bv.
  replace (/ (INR (n D) * d * us') * (1 * (wt * (q * d * h * (q * d * h)))))
    with (q * q * d * / INR (n D) * h ^ 2 / us' * wt) by (field; lra).
  replace (q * q * d * (/ INR (n D) * (e / (1 + e) ^ 2) * h ^ 2))
    with (q * q * d * / INR (n D) * h ^ 2 / us' * (us' * (e / (1 + e) ^ 2))) by (field; lra).
  apply Rmult_le_compat_l; [|exact K].
  assert (HQ : 0 < q * q * d) by (repeat apply Rmult_lt_0_compat; assumption).
  apply Rmult_le_pos; [|left; now apply Rinv_0_lt_compat].
  apply Rmult_le_pos; [|apply pow2_ge_0].
  apply Rmult_le_pos; [lra | left; now apply Rinv_0_lt_compat].
Qed.

Theorem lower_bound : IZR num / IZR qq * norm2 N direction < Hq N D direction.
Proof.
  assert (B := beta_pos S P sound). fold beta in B. assert (K := reaches ls). apply IZR_lt in K.
  assert (HQ := IZR_lt _ _ (lower_qq_pos ls)). assert (HS := IZR_lt _ _ (scale_pos' S P sound)).
  assert (R := residual_error_at S P sound direction). fold N D beta its ts in R.
  assert (G := gauss_at). rewrite <- residual_at, <- square_at in *.
  rewrite !mult_IZR, plus_IZR, mult_IZR, minus_IZR, mult_IZR in K.
  assert (HB : IZR (unit_mu S P ts) = / beta)
    by (unfold beta, CertificateResidual.beta; fold its ts; now rewrite Rinv_inv).
  rewrite HB in K. set (sc := IZR (scale_f S)) in *. set (sq := IZR square) in *.
  set (er := IZR (residual_error S P ts)) in *. set (rs := IZR residual) in *.
  assert (R' := Rle_trans _ _ _ (Rle_abs _) (Rle_trans _ _ _ (Req_le _ _ (Rabs_minus_sym _ _)) R)).
  apply Rmult_lt_reg_l with (IZR qq * sc / beta).
  { apply Rdiv_lt_0_compat; [now apply Rmult_lt_0_compat | exact B]. }
  replace (IZR qq * sc / beta * (IZR num / IZR qq * sq)) with (IZR num * / beta * sc * sq) by (field; lra).
  eapply Rlt_le_trans; [exact K|].
  replace (IZR qq * sc / beta * Hq N D direction)
    with (IZR qq * (/ beta * (sc * Gq N D direction) + sc * (/ beta * Rq N D direction)))
    by (unfold Hq; field; lra).
  apply Rmult_le_compat_l; [lra|]. apply Rplus_le_compat.
  - apply Rmult_le_reg_l with beta; [exact B|]. rewrite <- Rmult_assoc, Rinv_r, Rmult_1_l by lra.
    exact G.
  - apply Rmult_le_compat_l; [lra|]. apply Rmult_le_reg_l with beta; [exact B|].
    rewrite <- Rmult_assoc, Rinv_r, Rmult_1_l by lra. lra.
Qed.

End Sound.
