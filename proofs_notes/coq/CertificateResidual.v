(** * The residual blocks of the checker *)

From Coq Require Import Reals ZArith Lra Lia List Bool Psatz.
From Flatcert Require Import Sums Network CertificateForm CertificateBound CertificateExp
  CertificateCheck CertificateSums CertificateRead.
Import ListNotations.
Open Scope R_scope.

Section Residual.
Variables (S : subject) (P : witness).
Let its := items S P.
Let ts := read_data S P its.
Let N := network_of S.
Let D := data_of S.
Hypothesis sound : sound_parts S P its ts = true.
Let item_at := item_at S P.
Let datum_at := datum_at S P.
Let d := IZR (grid S).
Let unit := IZR (unit_slope P).
Let slopes := slopes S P.

(** 1/(n d 2^slope_bits), the unit of bound and residual *)
Definition beta : R := / IZR (unit_mu S P ts).

Lemma unit_mu_value : IZR (unit_mu S P ts) = INR (n D) * d * unit.
Proof.
  unfold unit_mu. reals. rewrite <- INR_IZR_INZ. unfold D. now rewrite (n_length S P sound).
Qed.

Lemma count_pos : 0 < INR (n D).
Proof. apply lt_0_INR, (nonempty S P sound). Qed.

Lemma beta_pos : 0 < beta.
Proof.
  apply Rinv_0_lt_compat. rewrite unit_mu_value. assert (U := unit_pos' S P sound).
  assert (G := d_pos S P sound). assert (Hn := count_pos).
  repeat apply Rmult_lt_0_compat; assumption.
Qed.

Lemma residual_x_at i : (i < k N)%nat ->
  approx_x N D slopes i = beta * IZR (residual_x ts (item_at i)).
Proof.
  intros Hi. assert (U := unit_pos' S P sound). assert (G := d_pos S P sound).
  assert (Hn := count_pos).
  fold unit in U. fold d in G. unfold residual_x, approx_x, beta, ts.
  rewrite (sum_data S P sound). fold its ts D. rewrite unit_mu_value.
  rewrite (sum_ext _ (fun j => slopes j * act N D i j * x D j)
    (fun j => / (d * unit) * (ind (active (item_at i) (px (datum_at j))) * IZR (moment (datum_at j))))).
  - rewrite Sum_scal. fold datum_at. field. lra.
  - intros j Hj. destruct (datum_fields S P _ (datum_in S P sound j Hj)) as (_ & _ & _ & E).
    unfold N, D, datum_at. rewrite (act_on S P sound), (x_at S P sound), E, mult_IZR by assumption.
    unfold slopes, CertificateRead.slopes. fold (CertificateRead.on S P i j) d unit.
    change (active (item_at i) (px (CertificateRead.datum_at S P j))) with (CertificateRead.on S P i j).
    field. lra.
Qed.

Lemma residual_1_at i : (i < k N)%nat ->
  approx_1 N D slopes i = beta * IZR (residual_1 S ts (item_at i)).
Proof.
  intros Hi. assert (U := unit_pos' S P sound). assert (G := d_pos S P sound).
  assert (Hn := count_pos).
  fold unit in U. fold d in G. unfold residual_1, approx_1, beta, ts.
  rewrite mult_IZR, (sum_data S P sound). fold its ts D d. rewrite unit_mu_value.
  rewrite (sum_ext _ (fun j => slopes j * act N D i j)
    (fun j => / unit * (ind (active (item_at i) (px (datum_at j))) * IZR (slope_ (datum_at j))))).
  - rewrite Sum_scal. fold datum_at. field. lra.
  - intros j Hj. unfold N, D, datum_at. rewrite (act_on S P sound) by assumption.
    unfold slopes, CertificateRead.slopes. fold unit.
    change (active (item_at i) (px (CertificateRead.datum_at S P j))) with (CertificateRead.on S P i j).
    field. lra.
Qed.

(** |v^T R v - (the same with the slopes of the checker)| *)
Lemma residual_error_at v :
  Rabs (Rq N D v - approx_R N D slopes v) <= beta * IZR (residual_error S P ts) * norm2 N v.
Proof.
  assert (U := unit_pos' S P sound). assert (G := d_pos S P sound). assert (Hn := count_pos).
  fold unit in U. fold d in G.
  eapply Rle_trans; [apply (residual_close N D slopes _ (nonempty S P sound) (slope_close S P sound))|].
  apply Rmult_le_compat_r; [apply norm2_nonneg|]. apply Req_le.
  unfold residual_error, beta, ts. rewrite mult_IZR, (sum_data S P sound). fold its ts D unit.
  rewrite unit_mu_value.
  rewrite (sum_ext _ (fun j => 1 + Rabs (x D j))
    (fun j => / d * (ind true * IZR (grid S + Z.abs (px (datum_at j)))))).
  - rewrite Sum_scal. fold datum_at. field. lra.
  - intros j _. unfold D. rewrite plus_IZR, abs_IZR, (x_at S P sound). fold d datum_at. unfold Rdiv.
    rewrite Rabs_mult, (Rabs_pos_eq (/ d)) by (left; now apply Rinv_0_lt_compat).
    simpl ind. field. lra.
Qed.

End Residual.
