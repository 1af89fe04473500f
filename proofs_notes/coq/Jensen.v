(** * The training loss bounds the mean slope (J)

    (1/n) sum_j |l'_j| <= 1 - e^(-L) <= min(1, L), and so res <= sqrt(1 + x_max^2) (1 - e^(-L)).
    Data on kinks are allowed: l' is the slope in f, not in theta. *)

From Coq Require Import Reals Lra Lia List.
From Flatcert Require Import Sums Logistic Network.
Open Scope R_scope.

Theorem jensen N D :
  labelled D ->
  / INR (n D) * \sum_(j < n D) Rabs (slope N D j) <= 1 - exp (- loss N D).
Proof.
  intros [Hn Hy]. assert (Hi := inv_n_pos D Hn). assert (H0 := lt_0_INR _ Hn).
  set (F := fun j => l (y D j) (f N (x D j))).
  assert (J := jensen_exp F (seq 0 (n D)) (range_nonempty _ Hn)). rewrite seq_length in J.
  rewrite (sum_ext _ _ (fun j => 1 - exp (- F j))) by (intros j Hj; now apply dl_abs, Hy).
  rewrite Sum_minus, sum_const.
  replace (loss N D) with (Sum F (seq 0 (n D)) / INR (n D)) by (unfold loss, F; field; lra).
  replace (/ INR (n D) * (INR (n D) * 1 - \sum_(j < n D) exp (- F j)))
    with (1 - (\sum_(j < n D) exp (- F j)) / INR (n D)) by (field; lra).
  lra.
Qed.

Theorem jensen_cap L : 1 - exp (- L) <= Rmin 1 L.
Proof.
  apply Rmin_glb; [assert (H := exp_pos (- L)) | assert (H := exp_ge_1_plus (- L))]; lra.
Qed.

(** The corollary for the residual; x_max is any bound of the |x_j|. *)
Theorem res_le_loss N D x_max :
  labelled D -> (forall j, (j < n D)%nat -> Rabs (x D j) <= x_max) ->
  res N D <= sqrt (1 + x_max ^ 2) * (1 - exp (- loss N D)).
Proof.
  intros HD Hx. assert (Hi := inv_n_pos D (proj1 HD)).
  eapply Rle_trans; [|apply Rmult_le_compat_l; [apply sqrt_pos | exact (jensen N D HD)]].
  unfold res. rewrite <- Rmult_assoc, (Rmult_comm (sqrt _)), Rmult_assoc.
  rewrite <- (Sum_scal (sqrt (1 + x_max ^ 2))).
  apply Rmult_le_compat_l; [lra|]. apply sum_le. intros j Hj. rewrite Rmult_comm.
  apply Rmult_le_compat_r; [apply Rabs_pos|]. apply sqrt_le_1_alt.
  specialize (Hx j Hj). assert (H0 := Rabs_pos (x D j)).
  apply Rplus_le_compat_l. rewrite <- (pow2_abs (x D j)). apply pow_incr. lra.
Qed.
