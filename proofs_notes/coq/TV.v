(** * The weighted total variation is at most the path sum (TV)

    S_q >= TV_q = sum over distinct kinks t of |sum_{i : tau_i = t} a_i |w_i|| min(g_q^+(t), g_q^-(t)).
    Coincident kinks are merged before the absolute value. *)

From Coq Require Import Reals Lra Lia List.
From Flatcert Require Import Sums Logistic Network.
Import ListNotations.
Open Scope R_scope.

Section TV.
Variables (N : network) (D : data) (q : nat -> R).
Hypothesis q_nonneg : forall j, (j < n D)%nat -> 0 <= q j.

Lemma gplus_nonneg t : 0 <= gplus D q t.
Proof.
  apply Rmult_le_pos; [|apply sqrt_pos]. apply sum_nonneg. intros j Hj.
  assert (H := q_nonneg j Hj). unfold below. destruct (Rlt_dec t (x D j)); [|lra].
  rewrite Rmult_1_r. apply Rmult_le_pos; lra.
Qed.

Lemma gminus_nonneg t : 0 <= gminus D q t.
Proof.
  apply Rmult_le_pos; [|apply sqrt_pos]. apply sum_nonneg. intros j Hj.
  assert (H := q_nonneg j Hj). unfold below. destruct (Rlt_dec (x D j) t); [|lra].
  rewrite Rmult_1_r. apply Rmult_le_pos; lra.
Qed.

Lemma gmin_nonneg t : 0 <= gmin D q t.
Proof. apply Rmin_glb; [apply gplus_nonneg | apply gminus_nonneg]. Qed.

(** Without a datum of positive weight beyond t the weight at t is 0: g_q vanishes outside the
    hull of the support of q. *)
Lemma gmin_outside t :
  (forall j, (j < n D)%nat -> 0 < q j -> x D j <= t)
  \/ (forall j, (j < n D)%nat -> 0 < q j -> t <= x D j) ->
  gmin D q t = 0.
Proof.
  intros H. apply Rle_antisym; [|apply gmin_nonneg]. destruct H as [H|H].
  - eapply Rle_trans; [apply Rmin_l|]. apply Req_le. unfold gplus. rewrite sum_zero; [ring|].
    intros j Hj. unfold below. destruct (Rlt_dec t (x D j)) as [L|L]; [|ring].
    destruct (q_nonneg j Hj) as [Q|Q]; [specialize (H j Hj Q); lra|]. rewrite <- Q. ring.
  - eapply Rle_trans; [apply Rmin_r|]. apply Req_le. unfold gminus. rewrite sum_zero; [ring|].
    intros j Hj. unfold below. destruct (Rlt_dec (x D j) t) as [L|L]; [|ring].
    destruct (q_nonneg j Hj) as [Q|Q]; [specialize (H j Hj Q); lra|]. rewrite <- Q. ring.
Qed.

(** The neuron's own tail weight is at least the smaller one. *)
Lemma gmin_le_gside i : w N i <> 0 -> gmin D q (kink N i) <= gside N D q i.
Proof.
  intros Hw. unfold gside.
  destruct (Rlt_dec 0 (w N i)); [apply Rmin_l|].
  destruct (Rlt_dec (w N i) 0); [apply Rmin_r | exfalso; lra].
Qed.

Lemma kink_in i : (i < k N)%nat -> w N i <> 0 -> In (kink N i) (kinks N).
Proof.
  intros Hi Hw. apply nodup_In, in_map, filter_In. split; [now apply in_range|].
  now destruct (Req_EM_T (w N i) 0).
Qed.

(** In a list without repetitions that holds t0, sum_t [t = t0] F(t) = F(t0). *)
Lemma sum_at (F : R -> R) ts t0 :
  NoDup ts -> In t0 ts -> \sum_(t in ts) (if Req_EM_T t0 t then F t else 0) = F t0.
Proof.
  induction ts as [|t ts IH]; intros Hnd Hin; [easy|]. inversion_clear Hnd as [|? ? Ht Hts].
  rewrite Sum_cons. destruct Hin as [ -> |Hin].
  - destruct (Req_EM_T t0 t0) as [_|E]; [|easy]. rewrite Sum_zero; [ring|].
    intros u Hu. destruct (Req_EM_T t0 u) as [ -> |_]; easy.
  - rewrite (IH Hts Hin). destruct (Req_EM_T t0 t) as [ -> |_]; [easy | ring].
Qed.

Lemma jump_abs t :
  Rabs (jump N t)
  <= \sum_(i < k N) if Req_EM_T (w N i) 0 then 0
                    else if Req_EM_T (kink N i) t then Rabs (a N i * w N i) else 0.
Proof.
  unfold jump. eapply Rle_trans; [apply Sum_abs|]. apply sum_le. intros i _.
  destruct (Req_EM_T (w N i) 0); [rewrite Rabs_R0; lra|].
  destruct (Req_EM_T (kink N i) t); [|rewrite Rabs_R0; lra].
  rewrite !Rabs_mult, Rabs_Rabsolu. lra.
Qed.

(** Regroup a sum over kinks and neurons by neurons. *)
Lemma regroup :
  \sum_(t in kinks N)
    (\sum_(i < k N) if Req_EM_T (w N i) 0 then 0
                    else if Req_EM_T (kink N i) t then Rabs (a N i * w N i) else 0) * gmin D q t
  = \sum_(i < k N) Rabs (a N i * w N i) * (if Req_EM_T (w N i) 0 then 0 else gmin D q (kink N i)).
Proof.
  rewrite (Sum_ext _ (fun t => \sum_(i < k N)
    if Req_EM_T (w N i) 0 then 0
    else Rabs (a N i * w N i) * if Req_EM_T (kink N i) t then gmin D q t else 0)).
  - rewrite Sum_swap. apply sum_ext. intros i Hi.
    destruct (Req_EM_T (w N i) 0) as [E|E]; [rewrite Sum_zero by easy; ring|].
    rewrite Sum_scal. f_equal. apply sum_at; [apply NoDup_nodup | now apply kink_in].
  - intros t _. rewrite <- Sum_scal_r. apply sum_ext. intros i _.
    destruct (Req_EM_T (w N i) 0); [ring|]. destruct (Req_EM_T (kink N i) t); ring.
Qed.

Theorem TV_le_pathsum : TV N D q <= pathsum N D q.
Proof.
  apply Rle_trans with
    (\sum_(i < k N) Rabs (a N i * w N i) * (if Req_EM_T (w N i) 0 then 0 else gmin D q (kink N i))).
  - rewrite <- regroup. apply Sum_le. intros t _.
    apply Rmult_le_compat_r; [apply gmin_nonneg | apply jump_abs].
  - apply sum_le. intros i _. destruct (Req_EM_T (w N i) 0) as [E|E].
    + rewrite E, !Rmult_0_r, Rabs_R0. lra.
    + apply Rmult_le_compat_l; [apply Rabs_pos | now apply gmin_le_gside].
Qed.

(** If no two neurons share a kink, no absolute value has to be merged. *)
Theorem TV_distinct :
  (forall i j, (i < k N)%nat -> (j < k N)%nat -> w N i <> 0 -> w N j <> 0 ->
               kink N i = kink N j -> i = j) ->
  TV N D q
  = \sum_(i < k N) Rabs (a N i * w N i) * (if Req_EM_T (w N i) 0 then 0 else gmin D q (kink N i)).
Proof.
  intros Hinj. rewrite <- regroup. apply Sum_ext. intros t Ht. f_equal.
  apply nodup_In, in_map_iff in Ht. destruct Ht as (m & Em & Hm).
  apply filter_In in Hm. destruct Hm as [Hm Hw]. apply in_range in Hm.
  destruct (Req_EM_T (w N m) 0) as [W|W]; [easy|].
  assert (other : forall i (F : nat -> R), (i < k N)%nat -> i <> m ->
    (if Req_EM_T (w N i) 0 then 0 else if Req_EM_T (kink N i) t then F i else 0) = 0).
  { intros i F Hi Hne. destruct (Req_EM_T (w N i) 0); [reflexivity|].
    destruct (Req_EM_T (kink N i) t) as [E|E]; [|reflexivity].
    exfalso. apply Hne, Hinj; auto. congruence. }
  unfold jump.
  rewrite !(sum_single _ _ m Hm).
  2: intros j Hj Hne; exact (other j (fun i => Rabs (a N i * w N i)) Hj Hne).
  2: intros j Hj Hne; exact (other j (fun i => a N i * Rabs (w N i)) Hj Hne).
  destruct (Req_EM_T (w N m) 0); [easy|]. destruct (Req_EM_T (kink N m) t); [|easy].
  rewrite !Rabs_mult, Rabs_Rabsolu. reflexivity.
Qed.

End TV.
