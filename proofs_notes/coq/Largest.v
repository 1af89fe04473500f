(** * A sum without its largest terms

    [rest m ts] is the sum of the list ts without its m largest terms (0 if there are no more than m):
    sort ts in increasing order and keep the first N - m.  For terms >= 0 it is the least sum that is
    left when at most m terms are taken away ([rest_least], [rest_attained]). *)

From Coq Require Import Reals Lra Lia List Permutation.
From Flatcert Require Import Sums.
Import ListNotations.
Open Scope R_scope.

(** Insertion sort *)
Fixpoint insert (u : R) (ts : list R) : list R :=
  match ts with
  | [] => [u]
  | t :: rest => if Rle_dec u t then u :: ts else t :: insert u rest
  end.
Fixpoint sort (ts : list R) : list R :=
  match ts with
  | [] => []
  | t :: rest => insert t (sort rest)
  end.

Definition total (ts : list R) : R := Sum (fun t => t) ts.

(** The sum of ts without its m largest terms; the subtraction of natural numbers stops at 0. *)
Definition rest (m : nat) (ts : list R) : R := total (firstn (length ts - m) (sort ts)).

(** ** Sorting *)

Inductive increasing : list R -> Prop :=
| increasing_nil : increasing []
| increasing_cons t ts : (forall u, In u ts -> t <= u) -> increasing ts -> increasing (t :: ts).

Lemma insert_permutation u ts : Permutation (insert u ts) (u :: ts).
Proof.
  induction ts as [|t ts IH]; simpl; [reflexivity|]. destruct (Rle_dec u t); [reflexivity|].
  rewrite IH. apply perm_swap.
Qed.

Lemma sort_permutation ts : Permutation (sort ts) ts.
Proof. induction ts as [|t ts IH]; simpl; [reflexivity|]. rewrite insert_permutation.
now constructor. Qed.

Lemma sort_length ts : length (sort ts) = length ts.
Proof. apply Permutation_length, sort_permutation. Qed.

Lemma insert_increasing u ts : increasing ts -> increasing (insert u ts).
Proof.
  induction 1 as [|t ts Ht Hts IH]; simpl.
  - constructor; [easy | constructor].
  - destruct (Rle_dec u t) as [L|L].
    + constructor; [|now constructor]. intros v [ <- |Hv]; [exact L|].
      apply Rle_trans with t; auto.
    + constructor; [|exact IH]. intros v Hv.
      apply (Permutation_in _ (insert_permutation u ts)) in Hv.
      destruct Hv as [ <- |Hv]; [lra | auto].
Qed.

Lemma sort_increasing ts : increasing (sort ts).
Proof. induction ts as [|t ts IH]; simpl; [constructor | now apply insert_increasing]. Qed.

Lemma insert_first u ts : (forall t, In t ts -> u <= t) -> insert u ts = u :: ts.
Proof.
  destruct ts as [|t ts]; simpl; [reflexivity|]. intros H.
  destruct (Rle_dec u t) as [L|L]; [reflexivity|].
  exfalso. apply L. auto.
Qed.

(** Sorting commutes with a function that does not fall. *)
Lemma insert_map (F : R -> R) u ts :
  (forall v t, v <= t -> F v <= F t) -> increasing ts ->
  insert (F u) (map F ts) = map F (insert u ts).
Proof.
  intros HF. induction 1 as [|t ts Ht Hts IH]; simpl; [reflexivity|].
  destruct (Rle_dec u t) as [L|L], (Rle_dec (F u) (F t)) as [K|K]; try reflexivity.
  - exfalso. apply K, HF, L.
  - (* t < u and F t = F u *)
    assert (E : F u = F t) by (apply Rle_antisym; [exact K | apply HF; lra]).
    simpl. rewrite <- IH. rewrite E, (insert_first (F t)); [reflexivity|].
    intros v Hv. apply in_map_iff in Hv. destruct Hv as (v' & <- & Hv'). apply HF. auto.
  - simpl. now rewrite IH.
Qed.

Lemma sort_map (F : R -> R) ts :
  (forall v t, v <= t -> F v <= F t) -> sort (map F ts) = map F (sort ts).
Proof.
  intros HF. induction ts as [|t ts IH]; simpl; [reflexivity|]. rewrite IH.
  apply insert_map; [exact HF | apply sort_increasing].
Qed.

(** ** Sums *)

Lemma total_app ts us : total (ts ++ us) = total ts + total us.
Proof. apply Sum_app. Qed.

Lemma total_permutation ts us : Permutation ts us -> total ts = total us.
Proof.
  induction 1; unfold total in *; simpl; try congruence. ring.
Qed.

Lemma total_nonneg ts : (forall t, In t ts -> 0 <= t) -> 0 <= total ts.
Proof. intros H. now apply Sum_nonneg. Qed.

(** In an increasing list t :: ts: t and the first j of ts add up to at most the first j + 1 of ts. *)
Lemma shifted_sum t ts j :
  (forall u, In u ts -> t <= u) -> (S j <= length ts)%nat ->
  t + total (firstn j ts) <= total (firstn (S j) ts).
Proof.
  revert j. induction ts as [|u ts IH]; intros j H Hj; [simpl in Hj; lia|].
  destruct j as [|j].
  - unfold total. simpl. assert (t <= u) by (apply H; now left). lra.
  - simpl length in Hj. assert (K := IH j (fun v Hv => H v (or_intror Hv)) (le_S_n _ _ Hj)).
    change (firstn (S j) (u :: ts)) with (u :: firstn j ts).
    change (firstn (S (S j)) (u :: ts)) with (u :: firstn (S j) ts).
    unfold total in *. rewrite !(Sum_cons _ u). lra.
Qed.

(** An increasing list is split into the kept terms [ks] and at most m others [gone]. *)
Lemma first_le_kept us : increasing us -> (forall t, In t us -> 0 <= t) ->
  forall m ks gone, Permutation us (ks ++ gone) -> (length gone <= m)%nat ->
  total (firstn (length us - m) us) <= total ks.
Proof.
  induction 1 as [|u us Hu Hus IH]; intros H0 m ks gone Hp Hm.
  - simpl. apply total_nonneg. intros t Ht.
    apply Permutation_nil in Hp. apply app_eq_nil in Hp. destruct Hp as [-> _]. easy.
  - destruct (le_lt_dec (length (u :: us)) m) as [L|L].
    { replace (length (u :: us) - m)%nat with 0%nat by lia.
      change (total (firstn 0 (u :: us))) with 0.
      apply total_nonneg. intros t Ht.
      apply H0, (Permutation_in t (Permutation_sym Hp)), in_or_app. now left. }
    assert (H0' : forall t, In t us -> 0 <= t) by (intros; apply H0; now right).
    simpl length in *. replace (S (length us) - m)%nat with (S (length us - m)) by lia.
    change (total (firstn (S (length us - m)) (u :: us)))
      with (u + total (firstn (length us - m) us)).
    assert (Hin : In u (ks ++ gone)) by (apply (Permutation_in u Hp); now left).
    apply in_app_or in Hin. destruct Hin as [Hin|Hin].
    + apply in_split in Hin. destruct Hin as (k1 & k2 & ->).
      assert (Hp' : Permutation us ((k1 ++ k2) ++ gone)).
      { rewrite <- !app_assoc in *. simpl in Hp. now apply Permutation_cons_app_inv in Hp. }
      assert (K := IH H0' m (k1 ++ k2) gone Hp' Hm).
      rewrite total_app in *. change (total (u :: k2)) with (u + total k2). lra.
    + apply in_split in Hin. destruct Hin as (g1 & g2 & ->).
      assert (Hp' : Permutation us (ks ++ (g1 ++ g2))).
      { rewrite !app_assoc in *. now apply Permutation_cons_app_inv in Hp. }
      rewrite app_length in Hm. simpl in Hm.
      assert (K := IH H0' (m - 1)%nat ks (g1 ++ g2) Hp').
      assert (Hm' : (length (g1 ++ g2) <= m - 1)%nat) by (rewrite app_length; lia).
      specialize (K Hm').
      replace (length us - (m - 1))%nat with (S (length us - m)) in K by lia.
      eapply Rle_trans; [|exact K]. apply shifted_sum; [exact Hu | lia].
Qed.

(** ** What [rest] is *)

(** Take away any terms [gone], at most m of them: what is left adds up to at least [rest m ts]. *)
Theorem rest_least m ts ks gone :
  (forall t, In t ts -> 0 <= t) -> Permutation ts (ks ++ gone) -> (length gone <= m)%nat ->
  rest m ts <= total ks.
Proof.
  intros H0 Hp Hm. unfold rest. rewrite <- (sort_length ts).
  apply (first_le_kept (sort ts) (sort_increasing ts)) with gone;
    [|now rewrite sort_permutation | exact Hm].
  intros t Ht. apply H0, (Permutation_in t (sort_permutation ts)), Ht.
Qed.

(** And some m terms do leave that sum (all of them, if there are no more than m). *)
Theorem rest_attained m ts :
  exists ks gone, Permutation ts (ks ++ gone) /\ length gone = Nat.min m (length ts)
                  /\ (forall u v, In u ks -> In v gone -> u <= v) /\ total ks = rest m ts.
Proof.
  exists (firstn (length ts - m) (sort ts)), (skipn (length ts - m) (sort ts)).
  split; [|split; [|split; [|reflexivity]]].
  - rewrite firstn_skipn. symmetry. apply sort_permutation.
  - rewrite skipn_length, sort_length. lia.
  - generalize (length ts - m)%nat. generalize (sort_increasing ts). generalize (sort ts).
    induction 1 as [|t us Ht Hus IH]; intros j u v Hu Hv; destruct j as [|j]; try easy.
    simpl in Hu, Hv. destruct Hu as [ <- |Hu]; [|now apply (IH j)].
    apply Ht. rewrite <- (firstn_skipn j us). apply in_or_app. now right.
Qed.
