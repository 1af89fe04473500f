(** * One neuron and one datum

    The comparisons of CertificateCheck.v say that a small form is nonnegative. *)

From Coq Require Import Reals ZArith Lra Lia List Bool Psatz.
From Flatcert Require Import Sums CertificateForm CertificateBound CertificateCheck CertificateSums.
Import ListNotations.
Open Scope R_scope.

(** ** Diagonal dominance *)

Definition real4 (A : matrix) : form4 :=
  Form4 (IZR (m0 A)) (IZR (m1 A)) (IZR (m2 A)) (IZR (m3 A)) (IZR (m01 A)) (IZR (m02 A))
        (IZR (m03 A)) (IZR (m12 A)) (IZR (m13 A)) (IZR (m23 A)).

Lemma cross_le m x y : - (IZR (Z.abs m) * (x ^ 2 + y ^ 2)) <= 2 * (IZR m * (x * y)).
Proof.
  rewrite abs_IZR. assert (H := Rabs_pos (IZR m)). assert (K1 := pow2_ge_0 (x - y)).
  assert (K2 := pow2_ge_0 (x + y)). unfold Rabs in *. destruct (Rcase_abs (IZR m)); nra.
Qed.

Lemma dominant4_nonneg A y0 y1 y2 y3 : dominant4 A = true -> 0 <= quad4 (real4 A) y0 y1 y2 y3.
Proof.
  unfold dominant4. intros H. booleans H. destruct H as [[[H0 H1] H2] H3].
  apply IZR_le in H0, H1, H2, H3. rewrite !plus_IZR in H0, H1, H2, H3.
  assert (C01 := cross_le (m01 A) y0 y1). assert (C02 := cross_le (m02 A) y0 y2).
  assert (C03 := cross_le (m03 A) y0 y3). assert (C12 := cross_le (m12 A) y1 y2).
  assert (C13 := cross_le (m13 A) y1 y3). assert (C23 := cross_le (m23 A) y2 y3).
  apply (Rmult_le_compat_r _ _ _ (pow2_ge_0 y0)) in H0.
  apply (Rmult_le_compat_r _ _ _ (pow2_ge_0 y1)) in H1.
  apply (Rmult_le_compat_r _ _ _ (pow2_ge_0 y2)) in H2.
  apply (Rmult_le_compat_r _ _ _ (pow2_ge_0 y3)) in H3.
  unfold quad4, real4; simpl. lra.
Qed.

Lemma dominant2_nonneg a b c x y :
  dominant2 a b c = true -> 0 <= IZR a * x ^ 2 + 2 * (IZR b * (x * y)) + IZR c * y ^ 2.
Proof.
  unfold dominant2. intros H. booleans H. destruct H as [H0 H1]. apply IZR_le in H0, H1.
  assert (C := cross_le b x y). apply (Rmult_le_compat_r _ _ _ (pow2_ge_0 x)) in H0.
  apply (Rmult_le_compat_r _ _ _ (pow2_ge_0 y)) in H1. lra.
Qed.

(** ** The form of a neuron *)

Lemma block_form (m rx r1 A W B k1 k2 k3 tau : R) :
  let det := m * m - rx * rx - r1 * r1 in
  let e1 := A * rx + m * W in
  let e2 := A * r1 + m * B in
  0 < m -> 0 < tau -> 0 < det ->
  (forall x y, 0 <= (det * (m * k1 - A * A * tau) - e1 * e1 * tau) * x ^ 2
                    + 2 * ((det * (m * k2) - e1 * e2 * tau) * (x * y))
                    + (det * (m * k3 - A * A * tau) - e2 * e2 * tau) * y ^ 2) ->
  forall v1 v2 v3 x y,
  2 * (rx * v1 + r1 * v2) * v3 + 2 * (A * (v1 * x + v2 * y) + v3 * (W * x + B * y))
  <= m * (v1 ^ 2 + v2 ^ 2 + v3 ^ 2) + (k1 * x ^ 2 + 2 * k2 * (x * y) + k3 * y ^ 2) / tau.
Proof.
  intros det e1 e2 Hm Ht Hd H v1 v2 v3 x y. specialize (H x y).
  apply Rminus_nonneg_le. apply Rmult_le_reg_l with (m * det * tau).
  { repeat apply Rmult_lt_0_compat; assumption. }
  rewrite Rmult_0_r.
  assert (S1 := pow2_ge_0 (m * v1 - rx * v3 - A * x)).
  assert (S2 := pow2_ge_0 (m * v2 - r1 * v3 - A * y)).
  assert (S3 := pow2_ge_0 (det * v3 - (e1 * x + e2 * y))).
  assert (T1 : 0 <= det * tau * ((m * v1 - rx * v3 - A * x) ^ 2 + (m * v2 - r1 * v3 - A * y) ^ 2))
    by (apply Rmult_le_pos; [apply Rmult_le_pos; lra | lra]).
  assert (T2 : 0 <= tau * (det * v3 - (e1 * x + e2 * y)) ^ 2) by (apply Rmult_le_pos; lra).
  match type of H with 0 <= ?h => apply Rle_trans with
    (det * tau * ((m * v1 - rx * v3 - A * x) ^ 2 + (m * v2 - r1 * v3 - A * y) ^ 2)
     + tau * (det * v3 - (e1 * x + e2 * y)) ^ 2 + h); [lra|] end.
  apply Req_le. unfold e1, e2, det. field. lra.
Qed.

(** ** One step along the data *)

Lemma step_form (A A' : matrix) (pivot a : Z) (r0 r1 r2 r3 s0 s1 s2 s3 w0 w1 w2 w3 : Z) :
  apply4 A r0 r1 r2 r3 = (w0, w1, w2, w3) ->
  pivot = (a - (r0 * w0 + r1 * w1 + r2 * w2 + r3 * w3))%Z ->
  (0 < pivot)%Z ->
  dominant4 (surplus pivot A' A (s0 + w0) (s1 + w1) (s2 + w2) (s3 + w3)) = true ->
  forall x y0 y1 y2 y3,
  quad4 (real4 A) (y0 + x * IZR r0) (y1 + x * IZR r1) (y2 + x * IZR r2) (y3 + x * IZR r3)
  <= IZR a * x ^ 2
     + 2 * x * (- IZR s0 * y0 + - IZR s1 * y1 + - IZR s2 * y2 + - IZR s3 * y3)
     + quad4 (real4 A') y0 y1 y2 y3.
Proof.
  intros [= W0 W1 W2 W3] E Hp Hd x y0 y1 y2 y3. apply (dominant4_nonneg _ y0 y1 y2 y3) in Hd.
  apply IZR_lt in Hp. apply (f_equal IZR) in E.
  set (e := IZR (s0 + w0) * y0 + IZR (s1 + w1) * y1 + IZR (s2 + w2) * y2 + IZR (s3 + w3) * y3).
  assert (K : quad4 (real4 (surplus pivot A' A (s0 + w0) (s1 + w1) (s2 + w2) (s3 + w3))) y0 y1 y2 y3
    = IZR pivot * (quad4 (real4 A') y0 y1 y2 y3 - quad4 (real4 A) y0 y1 y2 y3) - e ^ 2).
  { unfold e, quad4, real4, surplus; cbn [d0 d1 d2 d3 e01 e02 e03 e12 e13 e23
      m0 m1 m2 m3 m01 m02 m03 m12 m13 m23]. rewrite !minus_IZR, !mult_IZR, !minus_IZR. ring. }
  rewrite K in Hd. clear K. apply Rminus_nonneg_le.
  apply Rmult_le_reg_l with (IZR pivot); [exact Hp|]. rewrite Rmult_0_r.
  assert (Q := pow2_ge_0 (IZR pivot * x - e)).
  apply Rle_trans with ((IZR pivot * x - e) ^ 2
    + (IZR pivot * (quad4 (real4 A') y0 y1 y2 y3 - quad4 (real4 A) y0 y1 y2 y3) - e ^ 2)); [lra|].
  clear Hd Q. apply Req_le.
  assert (R : IZR pivot = IZR a - (IZR r0 * IZR w0 + IZR r1 * IZR w1 + IZR r2 * IZR w2 + IZR r3 * IZR w3))
    by (rewrite E, minus_IZR, !plus_IZR, !mult_IZR; reflexivity).
  (* (y + x r)^T A (y + x r) = y^T A y + 2 x w.y + x^2 r.w, w = A r *)
  assert (X : quad4 (real4 A) (y0 + x * IZR r0) (y1 + x * IZR r1) (y2 + x * IZR r2) (y3 + x * IZR r3)
    = quad4 (real4 A) y0 y1 y2 y3 + 2 * x * (IZR w0 * y0 + IZR w1 * y1 + IZR w2 * y2 + IZR w3 * y3)
      + x ^ 2 * (IZR a - IZR pivot)).
  { rewrite R, <- W0, <- W1, <- W2, <- W3.
    unfold quad4, real4; cbn [d0 d1 d2 d3 e01 e02 e03 e12 e13 e23].
    rewrite !plus_IZR, !mult_IZR. ring. }
  rewrite X. unfold e. rewrite !plus_IZR. ring.
Qed.
