(** * The weighted total variation belongs to the function, not to its parameters

    f is piecewise linear, and [jump N t] is the jump of f' at t: for all small h > 0
      f(t + h) - 2 f(t) + f(t - h) = h (jump at t).
    So TV_q = int |f''| g_q; networks that compute the same function have the same TV_q. *)

From Coq Require Import Reals Lra Lia Psatz List.
From Flatcert Require Import Sums Logistic Network TV.
Import ListNotations.
Open Scope R_scope.

(** One neuron: the second difference is h |w| at its kink and 0 elsewhere. *)
Lemma relu_second_difference u0 b0 t :
  exists d, 0 < d /\ forall h, 0 < h < d ->
    relu (u0 * (t + h) + b0) - 2 * relu (u0 * t + b0) + relu (u0 * (t - h) + b0)
    = h * (if Req_EM_T u0 0 then 0 else if Req_EM_T (- b0 / u0) t then Rabs u0 else 0).
Proof.
  destruct (Req_EM_T u0 0) as [E|Hu].
  { exists 1. split; [lra|]. intros h _. rewrite E.
    replace (0 * (t + h) + b0) with b0 by ring. replace (0 * t + b0) with b0 by ring.
    replace (0 * (t - h) + b0) with b0 by ring. ring. }
  set (v := u0 * t + b0).
  destruct (Req_EM_T (- b0 / u0) t) as [E|E].
  - exists 1. split; [lra|]. intros h [Hh _].
    assert (Ev : v = 0) by (unfold v; rewrite <- E; field; exact Hu).
    replace (u0 * (t + h) + b0) with (v + u0 * h) by (unfold v; ring).
    replace (u0 * (t - h) + b0) with (v - u0 * h) by (unfold v; ring).
    rewrite Ev. unfold relu. rewrite (Rmax_left 0 0) by lra.
    destruct (Rlt_le_dec 0 u0) as [H|H].
    + rewrite Rmax_right, Rmax_left, Rabs_pos_eq by nra. ring.
    + rewrite Rmax_left, Rmax_right, Rabs_left1 by nra. ring.
  - assert (Hv : v <> 0).
    { intros H. apply E. unfold v in H. apply Rmult_eq_reg_l with u0; [|exact Hu].
      replace (u0 * (- b0 / u0)) with (- b0) by (field; exact Hu). lra. }
    assert (Hu' := Rabs_pos_lt u0 Hu). assert (Hv' := Rabs_pos_lt v Hv).
    exists (Rabs v / Rabs u0). split; [now apply Rdiv_lt_0_compat|]. intros h [Hh Hd].
    assert (K : Rabs u0 * h < Rabs v).
    { apply Rmult_lt_reg_r with (/ Rabs u0); [now apply Rinv_0_lt_compat|].
      replace (Rabs u0 * h * / Rabs u0) with h by (field; lra). exact Hd. }
    replace (u0 * (t + h) + b0) with (v + u0 * h) by (unfold v; ring).
    replace (u0 * (t - h) + b0) with (v - u0 * h) by (unfold v; ring).
    assert (L1 := Rle_abs u0). assert (L2 := Rle_abs (- u0)). rewrite Rabs_Ropp in L2.
    assert (M1 : u0 * h <= Rabs u0 * h) by (apply Rmult_le_compat_r; lra).
    assert (M2 : - u0 * h <= Rabs u0 * h) by (apply Rmult_le_compat_r; lra).
    unfold relu. destruct (Rlt_le_dec 0 v) as [H|H].
    + rewrite (Rabs_pos_eq v) in K by lra. rewrite !Rmax_right by lra. ring.
    + rewrite (Rabs_left1 v) in K by lra. rewrite !Rmax_left by lra. ring.
Qed.

(** Finitely many neurons have a common radius. *)
Lemma common_radius (m : nat) (Q : nat -> R -> Prop) :
  (forall i, exists d, 0 < d /\ forall h, 0 < h < d -> Q i h) ->
  exists d, 0 < d /\ forall h, 0 < h < d -> forall i, (i < m)%nat -> Q i h.
Proof.
  intros H. induction m as [|m (d1 & Hd1 & H1)].
  - exists 1. split; [lra|]. intros h _ i Hi. lia.
  - destruct (H m) as (d2 & Hd2 & H2). exists (Rmin d1 d2).
    split; [now apply Rmin_glb_lt|]. intros h [H0 Hh] i Hi.
    assert (L1 := Rmin_l d1 d2). assert (L2 := Rmin_r d1 d2).
    destruct (Nat.eq_dec i m) as [ -> |Hne]; [apply H2; lra | apply H1; [lra | lia]].
Qed.

Theorem second_difference N t :
  exists d, 0 < d /\ forall h, 0 < h < d -> f N (t + h) - 2 * f N t + f N (t - h) = h * jump N t.
Proof.
  destruct (common_radius (k N) _ (fun i => relu_second_difference (w N i) (b N i) t))
    as (d & Hd & H).
  exists d. split; [exact Hd|]. intros h Hh. specialize (H h Hh).
  unfold f, jump. rewrite <- Sum_scal.
  transitivity (\sum_(i < k N) a N i * (relu (w N i * (t + h) + b N i)
                                       - 2 * relu (w N i * t + b N i) + relu (w N i * (t - h) + b N i))).
  - rewrite (sum_ext (k N) (fun i => a N i * (relu (w N i * (t + h) + b N i)
        - 2 * relu (w N i * t + b N i) + relu (w N i * (t - h) + b N i)))
      (fun i => a N i * relu (w N i * (t + h) + b N i) - 2 * (a N i * relu (w N i * t + b N i))
                + a N i * relu (w N i * (t - h) + b N i))) by (intros; ring).
    rewrite Sum_plus, Sum_minus, Sum_scal. ring.
  - apply sum_ext. intros i Hi. rewrite (H i Hi). unfold kink.
    destruct (Req_EM_T (w N i) 0); [ring|]. destruct (Req_EM_T _ t); ring.
Qed.

(** The jumps are determined by the function. *)
Lemma jump_of_function N N' t : (forall u, f N u = f N' u) -> jump N t = jump N' t.
Proof.
  intros E. destruct (second_difference N t) as (d & Hd & H).
  destruct (second_difference N' t) as (d' & Hd' & H').
  set (h := Rmin d d' / 2).
  assert (Hm : 0 < Rmin d d') by now apply Rmin_glb_lt.
  assert (L := Rmin_l d d'). assert (L' := Rmin_r d d').
  assert (Hh : 0 < h < d) by (unfold h; lra). assert (Hh' : 0 < h < d') by (unfold h; lra).
  apply Rmult_eq_reg_l with h; [|lra]. rewrite <- (H h Hh), <- (H' h Hh'), !E. reflexivity.
Qed.

Lemma jump_off_kinks N t : ~ In t (kinks N) -> jump N t = 0.
Proof.
  intros Ht. apply sum_zero. intros i Hi. destruct (Req_EM_T (w N i) 0) as [E|E]; [reflexivity|].
  destruct (Req_EM_T (kink N i) t) as [K|K]; [|reflexivity].
  exfalso. apply Ht. rewrite <- K. now apply kink_in.
Qed.

(** Two lists without repetitions give the same sum of F if F vanishes off each of them. *)
Lemma sum_same_support (F : R -> R) xs ys :
  NoDup xs -> NoDup ys -> (forall t, ~ In t xs -> F t = 0) -> (forall t, ~ In t ys -> F t = 0) ->
  Sum F xs = Sum F ys.
Proof.
  intros Hx Hy Fx Fy.
  assert (expand : forall ts t0, NoDup ts -> (forall t, ~ In t ts -> F t = 0) ->
    F t0 = \sum_(t in ts) if Req_EM_T t0 t then F t else 0).
  { intros ts t0 Hts Ft. destruct (in_dec Req_EM_T t0 ts) as [Hin|Hout].
    - now rewrite sum_at.
    - rewrite (Ft t0 Hout), Sum_zero; [reflexivity|]. intros t Ht.
      destruct (Req_EM_T t0 t) as [ -> |_]; [contradiction | reflexivity]. }
  rewrite (Sum_ext F _ xs (fun t _ => expand ys t Hy Fy)), Sum_swap.
  apply Sum_ext. intros t _. etransitivity; [|symmetry; exact (expand xs t Hx Fx)].
  apply Sum_ext. intros u _.
  destruct (Req_EM_T u t) as [E|E], (Req_EM_T t u) as [E'|E']; congruence.
Qed.

Theorem TV_of_function N N' D q : (forall t, f N t = f N' t) -> TV N D q = TV N' D q.
Proof.
  intros E. unfold TV.
  rewrite (Sum_ext (fun t => Rabs (jump N' t) * gmin D q t) (fun t => Rabs (jump N t) * gmin D q t))
    by (intros; now rewrite (jump_of_function N N' t E)).
  apply sum_same_support; try apply NoDup_nodup.
  - intros t Ht. rewrite jump_off_kinks by exact Ht. rewrite Rabs_R0. ring.
  - intros t Ht. rewrite (jump_of_function N N' t E), jump_off_kinks by exact Ht.
    rewrite Rabs_R0. ring.
Qed.
