(** * What the prepared integers mean

    If [sound_parts] holds, activity, outputs, exponentials and slopes of the checker are
    those of the network, exactly or within the error that it counts. *)

From Coq Require Import Reals ZArith Lra Lia List Bool Psatz.
From Flatcert Require Import Sums Logistic Network CertificateForm
  CertificateExp CertificateCheck CertificateSums.
Import ListNotations.
Open Scope R_scope.
Definition no_hint := NeuronHint 0 0 0 0 0.
Definition no_item := prepare (no_neuron, no_hint).
Definition no_datum := Datum 0 0 (DatumHint 0 0 0 zero_matrix) 0 (0%Z, 0%Z) 0 0.

Section Read.
Variables (S : subject) (P : witness).
Let its := items S P.
Let ts := read_data S P its.
Let N := network_of S.
Let D := data_of S.
Hypothesis sound : sound_parts S P its ts = true.

Definition item_at (i : nat) : item := nth i its no_item.
Definition datum_at (j : nat) : datum := nth j ts no_datum.
Definition on (i j : nat) : bool := active (item_at i) (px (datum_at j)).

Let q := IZR (den S).
Let d := IZR (grid S).
Let one := IZR (2 ^ exp_bits P).
Let unit := IZR (unit_slope P).

(** ** The conditions one by one *)

Record conditions : Prop := Conditions {
  den_pos : (0 < den S)%Z;
  grid_pos : (0 < grid S)%Z;
  exp_bits_nonneg : (0 <= exp_bits P)%Z;
  slope_bits_nonneg : (0 <= slope_bits P)%Z;
  form_bits_nonneg : (0 <= form_bits P)%Z;
  state_bits_nonneg : (0 <= state_bits P)%Z;
  neurons_length : length (neurons S) = length (neuron_hints P);
  points_length : length (points S) = length (datum_hints P);
  some_data : length (points S) <> 0%nat;
  labels_ok : forall t, In t ts -> label_ok t = true;
  sigmas_ok : forall t, In t ts -> sigma_ok P t = true;
  active_ok : forall it, In it its -> activity_ok S ts it = true
}.

Lemma all_conditions : conditions.
Proof.
  assert (H := sound). unfold sound_parts in H. booleans H.
  rewrite negb_true_iff, Nat.eqb_neq, !forallb_forall in H. intuition. now constructor.
Qed.

Let cs := all_conditions.

Lemma its_units : map unit_ its = neurons S.
Proof.
  unfold its, items. rewrite map_map.
  rewrite (map_ext _ fst) by (now intros [u h]). apply map_fst_combine, cs.
Qed.

Lemma ts_points : map (fun t => (px t, py t)) ts = points S.
Proof.
  unfold ts, read_data. rewrite map_map.
  rewrite (map_ext _ fst) by (now intros [[x y] h]). apply map_fst_combine, cs.
Qed.

Lemma k_length : k N = length its.
Proof. unfold N; simpl. rewrite <- its_units. apply map_length. Qed.

Lemma n_length : n D = length ts.
Proof. unfold D; simpl. rewrite <- ts_points. apply map_length. Qed.

Lemma nonempty : (0 < n D)%nat.
Proof. assert (K := some_data cs). unfold D; simpl. lia. Qed.

Lemma item_in i : (i < k N)%nat -> In (item_at i) its.
Proof. rewrite k_length. apply nth_In. Qed.

Lemma datum_in j : (j < n D)%nat -> In (datum_at j) ts.
Proof. rewrite n_length. apply nth_In. Qed.

Lemma neuron_at i : nth i (neurons S) no_neuron = unit_ (item_at i).
Proof. rewrite <- its_units. exact (map_nth unit_ its no_item i). Qed.

Lemma w_at i : w N i = IZR (nw (unit_ (item_at i))) / q.
Proof. unfold N; simpl. now rewrite neuron_at. Qed.
Lemma b_at i : b N i = IZR (nb (unit_ (item_at i))) / q.
Proof. unfold N; simpl. now rewrite neuron_at. Qed.
Lemma a_at i : a N i = IZR (na (unit_ (item_at i))) / q.
Proof. unfold N; simpl. now rewrite neuron_at. Qed.

Lemma point_at j : nth j (points S) (0, 0)%Z = (px (datum_at j), py (datum_at j)).
Proof. rewrite <- ts_points. exact (map_nth (fun t => (px t, py t)) ts no_datum j). Qed.

Lemma x_at j : x D j = IZR (px (datum_at j)) / d.
Proof. unfold D; simpl. now rewrite point_at. Qed.
Lemma y_at j : y D j = IZR (py (datum_at j)).
Proof. unfold D; simpl. now rewrite point_at. Qed.

Lemma q_pos : 0 < q.  Proof. now apply IZR_lt, den_pos. Qed.
Lemma d_pos : 0 < d.  Proof. now apply IZR_lt, grid_pos. Qed.
Lemma one_pos' : 0 < one.  Proof. apply IZR_lt, power_pos, cs. Qed.
Lemma unit_pos' : 0 < unit.  Proof. apply IZR_lt, power_pos, cs. Qed.

(** A sum over the neurons, or over the data, in both languages. *)
Lemma sum_items b f :
  IZR (sum_if b f its) = \sum_(i < k N) (ind (b (item_at i)) * IZR (f (item_at i))).
Proof. rewrite k_length. apply sum_if_nth. Qed.

Lemma sum_data b f :
  IZR (sum_if b f ts) = \sum_(j < n D) (ind (b (datum_at j)) * IZR (f (datum_at j))).
Proof. rewrite n_length. apply sum_if_nth. Qed.

(** ** Activity *)

Lemma item_fields it : In it its ->
  right it = (0 <=? nw (unit_ it))%Z /\ aw it = (na (unit_ it) * nw (unit_ it))%Z
  /\ ab it = (na (unit_ it) * nb (unit_ it))%Z.
Proof. unfold its, items. rewrite in_map_iff. now intros ([u h] & <- & _). Qed.

Lemma active_sign it t : In it its -> In t ts ->
  if active it (px t) then (0 < nw (unit_ it) * px t + nb (unit_ it) * grid S)%Z
  else (nw (unit_ it) * px t + nb (unit_ it) * grid S < 0)%Z.
Proof.
  intros Hi Ht. destruct (item_fields it Hi) as (R & _).
  assert (A := active_ok cs it Hi). unfold activity_ok in A. rewrite forallb_forall in A.
  specialize (A t Ht). unfold active, level in *. rewrite R in *.
  destruct (Z.leb_spec 0 (nw (unit_ it))) as [W|W]; destruct (Z.ltb_spec (low (hint it)) (px t)) as [L|L].
  - booleans A. nia.
  - booleans A. nia.
  - replace (px t <=? low (hint it))%Z with false by (symmetry; now apply Z.leb_gt).
    booleans A. nia.
  - replace (px t <=? low (hint it))%Z with true by (symmetry; now apply Z.leb_le).
    booleans A. nia.
Qed.

Lemma z_at i j :
  z N D i j = IZR (nw (unit_ (item_at i)) * px (datum_at j) + nb (unit_ (item_at i)) * grid S) / (q * d).
Proof.
  assert (Q := q_pos). assert (G := d_pos). unfold z. rewrite w_at, b_at, x_at. reals. fold d.
  field. lra.
Qed.

Lemma z_sign i j : (i < k N)%nat -> (j < n D)%nat ->
  if on i j then 0 < z N D i j else z N D i j < 0.
Proof.
  intros Hi Hj. assert (A := active_sign _ _ (item_in i Hi) (datum_in j Hj)). fold (on i j) in A.
  assert (K : 0 < / (q * d)) by (apply Rinv_0_lt_compat, Rmult_lt_0_compat; [apply q_pos | apply d_pos]).
  rewrite z_at. unfold Rdiv. destruct (on i j); apply IZR_lt in A; nra.
Qed.

Theorem smooth_subject : smooth N D.
Proof. intros i j Hi Hj. assert (A := z_sign i j Hi Hj). destruct (on i j); lra. Qed.

Lemma act_on i j : (i < k N)%nat -> (j < n D)%nat -> act N D i j = ind (on i j).
Proof.
  intros Hi Hj. assert (A := z_sign i j Hi Hj). unfold act, below.
  destruct (on i j), (Rlt_dec 0 (z N D i j)); simpl; lra.
Qed.

(** ** Outputs, exponentials, slopes *)

Lemma datum_fields t : In t ts ->
  output t = output_at S its (px t)
  /\ decays t = decay (exp_bits P) (halvings P) (Z.abs (output t)) (scale_f S)
  /\ slope_ t = (- (py t * if 0 <=? py t * output t then sig (dhint t)
                           else unit_slope P - sig (dhint t)))%Z
  /\ moment t = (slope_ t * px t)%Z.
Proof. unfold ts, read_data. rewrite in_map_iff. now intros ([[x y] h] & <- & _). Qed.

Lemma scale_pos' : (0 < scale_f S)%Z.
Proof. assert (Q := den_pos cs). assert (G := grid_pos cs). unfold scale_f. nia. Qed.

Lemma affine_at (f1 f2 : item -> Z) (c0 : Z) (A B : nat -> R) (C0 : R) j :
  (forall i, (i < k N)%nat -> IZR (f1 (item_at i)) = q * q * A i) ->
  (forall i, (i < k N)%nat -> IZR (f2 (item_at i)) = q * q * B i) ->
  IZR c0 = q * q * C0 ->
  IZR (px (datum_at j) * sum_if (fun it => active it (px (datum_at j))) f1 its
       + grid S * (sum_if (fun it => active it (px (datum_at j))) f2 its + c0))
  = q * q * d * (\sum_(i < k N) (ind (on i j) * (A i * x D j + B i)) + C0).
Proof.
  intros HA HB HC. reals. rewrite !sum_items, HC, x_at. fold d. assert (G := d_pos).
  rewrite (sum_ext _ _ (fun i => q * q * (ind (on i j) * A i)))
    by (intros i Hi; rewrite (HA i Hi); unfold on; ring).
  rewrite (sum_ext (k N) (fun i => ind _ * IZR (f2 (item_at i))) (fun i => q * q * (ind (on i j) * B i)))
    by (intros i Hi; rewrite (HB i Hi); unfold on; ring).
  rewrite (sum_ext _ (fun i => ind (on i j) * (A i * _ + B i))
    (fun i => IZR (px (datum_at j)) / d * (ind (on i j) * A i) + ind (on i j) * B i)) by (intros; ring).
  rewrite Sum_plus, !Sum_scal. field. lra.
Qed.

Lemma f_at j : (j < n D)%nat -> f N (x D j) = IZR (output (datum_at j)) / IZR (scale_f S).
Proof.
  intros Hj. destruct (datum_fields _ (datum_in j Hj)) as (E & _). rewrite E. clear E.
  assert (Q := q_pos). assert (G := d_pos). unfold output_at.
  rewrite (affine_at aw ab (den S * offset S) (fun i => a N i * w N i) (fun i => a N i * b N i) (c N)).
  - unfold scale_f. reals. fold q d. unfold f.
    rewrite (sum_ext _ _ (fun i => ind (on i j) * (a N i * w N i * x D j + a N i * b N i))).
    + field. lra.
    + intros i Hi. rewrite <- act_on by assumption. fold (z N D i j). rewrite relu_z. unfold z.
      ring.
  - intros i Hi. destruct (item_fields _ (item_in i Hi)) as (_ & E & _).
    rewrite E, a_at, w_at. reals. field. lra.
  - intros i Hi. destruct (item_fields _ (item_in i Hi)) as (_ & _ & E).
    rewrite E, a_at, b_at. reals. field. lra.
  - unfold N; simpl. unfold ratio. reals. fold q. field. lra.
Qed.

(** e^-|f_j| *)
Definition e_at (j : nat) : R := exp (- Rabs (f N (x D j))).

Lemma e_bounds j : (j < n D)%nat ->
  let (lo, hi) := decays (datum_at j) in
  (0 <= lo)%Z /\ IZR lo <= one * e_at j <= IZR hi /\ IZR hi <= one.
Proof.
  intros Hj. destruct (datum_fields _ (datum_in j Hj)) as (_ & E & _).
  destruct (decays (datum_at j)) as [lo hi]. unfold e_at. rewrite (f_at j Hj).
  assert (K := scale_pos'). unfold Rdiv. rewrite Rabs_mult, <- abs_IZR, (Rabs_pos_eq (/ _))
    by (left; now apply Rinv_0_lt_compat, IZR_lt).
  apply (decay_correct (exp_bits P) (exp_bits_nonneg cs) (halvings P)); [lia | exact K | now symmetry].
Qed.

Lemma s_at j : s (f N (x D j)) = e_at j / (1 + e_at j) ^ 2.
Proof.
  rewrite <- s_abs. unfold s, e_at.
  assert (H := exp_pos (Rabs (f N (x D j)))). rewrite exp_Ropp. field. lra.
Qed.

Lemma label_at j : (j < n D)%nat -> label (y D j).
Proof.
  intros Hj. assert (K := labels_ok cs _ (datum_in j Hj)). unfold label_ok in K.
  rewrite orb_true_iff, !Z.eqb_eq in K. rewrite y_at. unfold label.
  destruct K as [-> | ->]; [left | right]; reflexivity.
Qed.

Theorem labelled_subject : labelled D.
Proof. split; [apply nonempty | exact label_at]. Qed.

Lemma sig_at j : (j < n D)%nat ->
  Rabs (unit * (e_at j / (1 + e_at j)) - IZR (sig (dhint (datum_at j)))) <= IZR (slack P).
Proof.
  intros Hj. assert (K := sigmas_ok cs _ (datum_in j Hj)). assert (B := e_bounds j Hj).
  assert (H1 := one_pos'). assert (HU := unit_pos'). unfold sigma_ok in K.
  destruct (decays (datum_at j)) as [lo hi]. destruct B as (B0 & [B1 B2] & B3).
  rewrite !Z.shiftl_mul_pow2 in K by apply cs. fold (unit_slope P) in K. booleans K.
  destruct K as [K1 K2]. apply IZR_le in K1, K2, B0.
  rewrite !mult_IZR, plus_IZR, minus_IZR in K1. rewrite !mult_IZR, !plus_IZR in K2.
  fold one unit in K1, K2.
  assert (E : 0 < e_at j) by apply exp_pos. set (e := e_at j) in *.
  replace (e / (1 + e)) with (one * e / (one + one * e)) by (field; split; nra).
  assert (S1 := share_le one (IZR lo) (one * e) H1 B0 B1).
  assert (S2 := share_le one (one * e) (IZR hi) H1 ltac:(nra) B2).
  apply Rabs_le. split.
  - apply Rle_trans with (unit * (IZR lo / (one + IZR lo)) - IZR (sig (dhint (datum_at j)))); [|nra].
    apply Rmult_le_reg_r with (one + IZR lo); [lra|].
    replace ((unit * (IZR lo / (one + IZR lo)) - IZR (sig (dhint (datum_at j)))) * (one + IZR lo))
      with (unit * IZR lo - IZR (sig (dhint (datum_at j))) * (one + IZR lo)) by (field; lra). lra.
  - apply Rle_trans with (unit * (IZR hi / (one + IZR hi)) - IZR (sig (dhint (datum_at j)))); [nra|].
    apply Rmult_le_reg_r with (one + IZR hi); [nra|].
    replace ((unit * (IZR hi / (one + IZR hi)) - IZR (sig (dhint (datum_at j)))) * (one + IZR hi))
      with (unit * IZR hi - IZR (sig (dhint (datum_at j))) * (one + IZR hi)) by (field; nra). lra.
Qed.

Definition slopes (j : nat) : R := IZR (slope_ (datum_at j)) / unit.

Lemma slope_close j : (j < n D)%nat -> Rabs (slope N D j - slopes j) <= IZR (slack P) / unit.
Proof.
  intros Hj. assert (K := sig_at j Hj). assert (HU := unit_pos').
  destruct (datum_fields _ (datum_in j Hj)) as (_ & _ & E & _).
  unfold slopes. rewrite E. clear E. unfold slope, dl.
  assert (Ho : forall u, IZR (py (datum_at j)) * u = y D j * u) by (intros; now rewrite y_at).
  assert (Hs : (0 <=? py (datum_at j) * output (datum_at j))%Z = true <-> 0 <= y D j * f N (x D j)).
  { rewrite Z.leb_le, (f_at j Hj), y_at. assert (G := IZR_lt _ _ scale_pos').
    assert (G' := Rinv_0_lt_compat _ G). unfold Rdiv. rewrite <- Rmult_assoc, <- mult_IZR.
    split; intros H.
    - apply Rmult_le_pos; [now apply IZR_le | lra].
    - apply le_IZR. apply Rmult_le_reg_r with (/ IZR (scale_f S)); lra. }
  assert (Y := label_at j Hj). set (yj := y D j) in *. unfold e_at in K.
  set (fj := f N (x D j)) in *.
  assert (HE := exp_pos (Rabs fj)). rewrite exp_Ropp in K.
  assert (sides : 0 <= yj * fj /\ yj * fj = Rabs fj \/ yj * fj < 0 /\ yj * fj = - Rabs fj).
  { destruct Y as [-> | ->]; unfold Rabs; destruct (Rcase_abs fj); lra. }
  assert (goal : forall u v, Rabs (unit * u - v) <= IZR (slack P) ->
    Rabs (- yj * u - - (yj * v) / unit) <= IZR (slack P) / unit).
  { intros u v H. apply Rmult_le_reg_r with unit; [exact HU|].
    replace (IZR (slack P) / unit * unit) with (IZR (slack P)) by (field; lra).
    rewrite <- (Rabs_pos_eq unit) at 2 by lra. rewrite <- Rabs_mult.
    replace ((- yj * u - - (yj * v) / unit) * unit) with (- yj * (unit * u - v)) by (field; lra).
    rewrite Rabs_mult, Rabs_Ropp, (label_abs _ Y). lra. }
  destruct sides as [[Hp ->]|[Hn ->]].
  - replace (0 <=? py (datum_at j) * output (datum_at j))%Z with true by (symmetry; now apply Hs).
    rewrite opp_IZR, mult_IZR, Ho.
    apply goal. replace (/ (1 + exp (Rabs fj)))
      with (/ exp (Rabs fj) / (1 + / exp (Rabs fj))) by (field; lra). exact K.
  - destruct (0 <=? py (datum_at j) * output (datum_at j))%Z.
    { assert (0 <= yj * fj) by now apply Hs. lra. }
    rewrite opp_IZR, mult_IZR, minus_IZR, Ho. fold unit. apply goal. rewrite exp_Ropp.
    rewrite <- Rabs_Ropp. eapply Rle_trans; [|exact K]. apply Req_le. f_equal. field. lra.
Qed.

End Read.
