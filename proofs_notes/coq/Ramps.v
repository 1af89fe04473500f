(** * One ramp per sign change: networks that fit any labels with one margin (flat-overfit, part 2)

    The data are sorted into a list of points (x, y) with increasing x.  Between neighbours (u, y)
    and (v, y') with different labels the network has two neurons, a ramp from m y to m y' on the
    middle fraction omega of [u, v]; the constant is m times the first label.  Then
    f(x_j) = m y_j. *)

From Coq Require Import Reals Lra Lia Psatz List Bool.
From Flatcert Require Import Sums Logistic Network.
Import ListNotations.
Open Scope R_scope.

(** ** Networks given by a list of neurons *)

Record neuron := Neuron { nw : R; nb : R; na : R }.

Definition nothing : neuron := Neuron 0 0 0.

Definition assemble (ns : list neuron) (c0 : R) : network :=
  Network (length ns) (fun i => nw (nth i ns nothing)) (fun i => nb (nth i ns nothing))
          (fun i => na (nth i ns nothing)) c0.

(** t -> sum over the neurons of a relu(w t + b) *)
Definition output (ns : list neuron) (t : R) : R := Sum (fun u => na u * relu (nw u * t + nb u)) ns.

Lemma sum_nth {T : Type} (F : T -> R) (l : list T) (d : T) :
  \sum_(i < length l) F (nth i l d) = Sum F l.
Proof.
  induction l as [|t l IH]; [reflexivity|].
  cbn [length seq]. rewrite Sum_cons, <- seq_shift, Sum_map. cbn [nth].
  now rewrite IH.
Qed.

Lemma f_assemble ns c0 t : f (assemble ns c0) t = output ns t + c0.
Proof.
  unfold f, output. cbn [k w b a c assemble]. f_equal.
  exact (sum_nth (fun u => na u * relu (nw u * t + nb u)) ns nothing).
Qed.

(** ** Sorting the data by x; a point that is there already is not inserted again *)

Definition point := (R * R)%type.

Fixpoint insert (q : point) (l : list point) : list point :=
  match l with
  | [] => [q]
  | r :: l' => if Rlt_dec (fst q) (fst r) then q :: l
               else if Rlt_dec (fst r) (fst q) then r :: insert q l'
               else l
  end.

Definition point_of (D : data) (j : nat) : point := (x D j, y D j).
Definition points (D : data) : list point := fold_right insert [] (map (point_of D) (seq 0 (n D))).

(** Strictly increasing first entries. *)
Fixpoint increasing (l : list point) : Prop :=
  match l with
  | [] => True
  | q :: l' => (forall r, In r l' -> fst q < fst r) /\ increasing l'
  end.

Lemma insert_sub q l r : In r (insert q l) -> r = q \/ In r l.
Proof.
  induction l as [|u l IH]; cbn [insert]; [intros [H|[]]; auto|].
  destruct (Rlt_dec (fst q) (fst u)); [intros [H|H]; auto|].
  destruct (Rlt_dec (fst u) (fst q)); [|auto].
  intros [H|H]; [right; now left|]. destruct (IH H); [auto | right; now right].
Qed.

Lemma insert_old q l r : In r l -> In r (insert q l).
Proof.
  induction l as [|u l IH]; [easy|]. cbn [insert].
  destruct (Rlt_dec (fst q) (fst u)); [now right|].
  destruct (Rlt_dec (fst u) (fst q)); [|auto].
  intros [ -> |H]; [now left | right; auto].
Qed.

Lemma insert_new q l : exists r, In r (insert q l) /\ fst r = fst q.
Proof.
  induction l as [|u l IH]; cbn [insert]; [exists q; auto with datatypes|].
  destruct (Rlt_dec (fst q) (fst u)); [exists q; auto with datatypes|].
  destruct (Rlt_dec (fst u) (fst q)).
  - destruct IH as (r0 & H & E). exists r0. auto with datatypes.
  - exists u. split; [now left | lra].
Qed.

Lemma insert_increasing q l : increasing l -> increasing (insert q l).
Proof.
  induction l as [|u l IH]; cbn [insert]; [intros _; split; [easy | exact I]|].
  intros [H HI]. destruct (Rlt_dec (fst q) (fst u)) as [Hq|Hq].
  - split; [|now split]. intros r [ <- |Hr]; [exact Hq|]. specialize (H r Hr). lra.
  - destruct (Rlt_dec (fst u) (fst q)) as [Hu|Hu]; [|now split].
    split; [|auto]. intros r Hr. destruct (insert_sub _ _ _ Hr) as [ -> |Hl]; auto.
Qed.

Lemma points_increasing D : increasing (points D).
Proof.
  unfold points. induction (map _ _) as [|q l IH]; [exact I|]. now apply insert_increasing.
Qed.

Lemma points_sub D r : In r (points D) -> exists j, (j < n D)%nat /\ r = point_of D j.
Proof.
  intros H. assert (K : In r (map (point_of D) (seq 0 (n D)))).
  { unfold points in H. induction (map _ _) as [|q l IH]; [exact H|].
    destruct (insert_sub _ _ _ H) as [ -> |Hr]; [now left | right; auto]. }
  apply in_map_iff in K. destruct K as (j & <- & Hj). exists j. split; [now apply in_range | easy].
Qed.

Lemma points_cover D j : (j < n D)%nat -> exists r, In r (points D) /\ fst r = x D j.
Proof.
  intros Hj. assert (K : In (point_of D j) (map (point_of D) (seq 0 (n D)))).
  { apply in_map, in_range, Hj. }
  change (x D j) with (fst (point_of D j)). unfold points.
  induction (map _ _) as [|q l IH]; [easy|]. destruct K as [ -> |K].
  - apply insert_new.
  - destruct (IH K) as (r & Hr & E). exists r. split; [now apply insert_old | exact E].
Qed.

Definition distinct (D : data) : Prop :=
  forall i j, (i < n D)%nat -> (j < n D)%nat -> x D i = x D j -> i = j.

(** Equal x carry equal labels; distinct x in particular. *)
Definition consistent (D : data) : Prop :=
  forall i j, (i < n D)%nat -> (j < n D)%nat -> x D i = x D j -> y D i = y D j.

Lemma distinct_consistent D : distinct D -> consistent D.
Proof. intros H i j Hi Hj E. now rewrite (H i j Hi Hj E). Qed.

(** Then no datum is lost. *)
Lemma points_all D j : consistent D -> (j < n D)%nat -> In (point_of D j) (points D).
Proof.
  intros HC Hj. destruct (points_cover D j Hj) as (r & Hr & E).
  destruct (points_sub D r Hr) as (i & Hi & ->). cbn [point_of fst] in E.
  replace (point_of D j) with (point_of D i); [exact Hr|].
  unfold point_of. now rewrite E, (HC i j Hi Hj E).
Qed.

(** ** The ramps *)

Section Ramp.
Variables omega m : R.

(** The two kinks in the gap from u to v, and |a w| = 2 m / (omega (v - u)) *)
Definition kink_left (u v : R) : R := u + (1 - omega) * (v - u) / 2.
Definition kink_right (u v : R) : R := v - (1 - omega) * (v - u) / 2.
Definition steep (u v : R) : R := 2 * m / (omega * (v - u)).

(** The two neurons for a gap with different labels, balanced: |a| = w. *)
Definition ramp (q r : point) : list neuron :=
  let root := sqrt (steep (fst q) (fst r)) in
  [Neuron root (- root * kink_left (fst q) (fst r)) (snd r * root);
   Neuron root (- root * kink_right (fst q) (fst r)) (- snd r * root)].

Definition same (q r : point) : bool := if Req_EM_T (snd q) (snd r) then true else false.

Fixpoint ramps (l : list point) : list neuron :=
  match l with
  | q :: ((r :: _) as l') => (if same q r then [] else ramp q r) ++ ramps l'
  | _ => []
  end.

(** The number of sign changes. *)
Fixpoint changes (l : list point) : nat :=
  match l with
  | q :: ((r :: _) as l') => ((if same q r then 0 else 1) + changes l')%nat
  | _ => 0%nat
  end.

Definition first_label (l : list point) : R :=
  match l with
  | q :: _ => snd q
  | [] => 0
  end.

Definition ramp_network (D : data) : network :=
  assemble (ramps (points D)) (m * first_label (points D)).

Lemma ramps_length l : length (ramps l) = (2 * changes l)%nat.
Proof.
  induction l as [|q [|r l] IH]; [reflexivity | reflexivity|].
  change (length ((if same q r then [] else ramp q r) ++ ramps (r :: l))
          = 2 * ((if same q r then 0 else 1) + changes (r :: l)))%nat.
  rewrite app_length, IH. destruct (same q r); simpl; lia.
Qed.

Hypothesis omega_range : 0 < omega < 1.
Hypothesis m_pos : 0 < m.

Lemma kinks_in_gap u v : u < v -> u < kink_left u v < v /\ u < kink_right u v < v.
Proof. intros H. unfold kink_left, kink_right. split; split; nra. Qed.

Lemma steep_pos u v : u < v -> 0 < steep u v.
Proof. intros H. apply Rdiv_lt_0_compat; [lra|]. apply Rmult_lt_0_compat; lra. Qed.

Lemma root_pos u v : u < v -> 0 < sqrt (steep u v).
Proof. intros H. now apply sqrt_lt_R0, steep_pos. Qed.

Lemma root_sq u v : u < v -> sqrt (steep u v) ^ 2 = steep u v.
Proof. intros H. apply pow2_sqrt. left. now apply steep_pos. Qed.

(** One ramp is 0 up to u and 2 m y' from v on. *)
Lemma relu_kink r t tau : 0 < r -> relu (r * t + - r * tau) = r * relu (t - tau).
Proof.
  intros Hr. unfold relu, Rmax.
  destruct (Rle_dec 0 (r * t + - r * tau)), (Rle_dec 0 (t - tau)); nra.
Qed.

Lemma ramp_before q r t : fst q < fst r -> t <= fst q -> output (ramp q r) t = 0.
Proof.
  intros H Ht. destruct (kinks_in_gap _ _ H) as [K K'].
  unfold output, ramp. cbn [Sum nw nb na].
  rewrite !relu_kink by now apply root_pos.
  unfold relu. rewrite !Rmax_left by lra. ring.
Qed.

Lemma ramp_after q r t : fst q < fst r -> fst r <= t -> output (ramp q r) t = 2 * m * snd r.
Proof.
  intros H Ht. destruct (kinks_in_gap _ _ H) as [K K'].
  unfold output, ramp. cbn [Sum nw nb na].
  rewrite !relu_kink by now apply root_pos.
  unfold relu. rewrite !Rmax_right by lra.
  set (root := sqrt (steep (fst q) (fst r))).
  transitivity (snd r * root ^ 2 * (kink_right (fst q) (fst r) - kink_left (fst q) (fst r)));
    [ring|].
  unfold root. rewrite root_sq by exact H. unfold steep, kink_left, kink_right. field. lra.
Qed.

Lemma output_app l l' t : output (l ++ l') t = output l t + output l' t.
Proof. apply Sum_app. Qed.

(** ** The network fits the points *)

(** All ramps are 0 up to the first point. *)
Lemma ramps_before l t :
  increasing l -> (forall q, In q l -> t <= fst q) -> output (ramps l) t = 0.
Proof.
  induction l as [|q [|r l] IH]; [reflexivity | reflexivity|].
  intros [H HI] Ht.
  change (output ((if same q r then [] else ramp q r) ++ ramps (r :: l)) t = 0).
  rewrite output_app, IH; [|exact HI | intros; apply Ht; now right].
  destruct (same q r); [unfold output; simpl; ring|].
  rewrite ramp_before; [ring | apply H; now left | apply Ht; now left].
Qed.

(** By induction from right to left: at each point the ramps add up to m (its label - the first). *)
Lemma ramps_fit l q :
  increasing l -> (forall r, In r l -> label (snd r)) -> In q l ->
  output (ramps l) (fst q) + m * first_label l = m * snd q.
Proof.
  induction l as [|u [|r l] IH]; [easy| |]; intros HI HL Hq.
  - destruct Hq as [ <- |[]]. unfold output, first_label. simpl. ring.
  - destruct Hq as [ <- |Hq].
    + rewrite ramps_before; [simpl; ring | exact HI |].
      intros q [ <- |Hq]; [lra | left; now apply (proj1 HI)].
    + assert (Hur : fst u < fst r) by (apply (proj1 HI); now left).
      assert (Hrq : fst r <= fst q).
      { destruct Hq as [ <- |Hq]; [lra|]. left. now apply (proj1 (proj2 HI)). }
      assert (K := IH (proj2 HI) (fun q' H => HL q' (or_intror H)) Hq).
      change (output ((if same u r then [] else ramp u r) ++ ramps (r :: l)) (fst q) + m * snd u
              = m * snd q).
      rewrite output_app. rewrite <- K. cbn [first_label].
      assert (Lu : label (snd u)) by (apply HL; now left).
      assert (Lr : label (snd r)) by (apply HL; right; now left).
      unfold same. destruct (Req_EM_T (snd u) (snd r)) as [E|E].
      * rewrite E. unfold output at 1. simpl. ring.
      * rewrite ramp_after by assumption.
        replace (snd u) with (- snd r) by (destruct Lu, Lr; lra). ring.
Qed.

(** ** Where the neurons come from: a gap without data inside, with different labels at its ends *)

Lemma ramps_origin l nu :
  increasing l -> In nu (ramps l) ->
  exists q r, In q l /\ In r l /\ fst q < fst r /\ snd q <> snd r /\ In nu (ramp q r)
              /\ forall t, In t l -> fst t <= fst q \/ fst r <= fst t.
Proof.
  induction l as [|u [|v l] IH]; [easy | easy|]. intros [H HI] Hn.
  change (In nu ((if same u v then [] else ramp u v) ++ ramps (v :: l))) in Hn.
  apply in_app_or in Hn. destruct Hn as [Hn|Hn].
  - unfold same in Hn. destruct (Req_EM_T (snd u) (snd v)) as [E|E]; [easy|].
    exists u, v. repeat split; auto with datatypes.
    intros t [ <- |[ <- |Ht]]; [lra | lra | right; left; now apply (proj1 HI)].
  - destruct (IH HI Hn) as (q & r & Hq & Hr & Hqr & E & Hin & Hgap).
    exists q, r. repeat split; auto with datatypes.
    intros t [ <- |Ht]; [left; left; auto | auto].
Qed.

(** Both neurons of a ramp: w > 0, |a| = w, w^2 = 2 m / (omega (v - u)), kink inside the gap. *)
Lemma ramp_neuron q r nu :
  fst q < fst r -> label (snd r) -> In nu (ramp q r) ->
  0 < nw nu /\ Rabs (na nu) = nw nu /\ nw nu ^ 2 = steep (fst q) (fst r)
  /\ fst q < - nb nu / nw nu < fst r.
Proof.
  intros H L Hn. assert (Hr := root_pos _ _ H). assert (Hs := root_sq _ _ H).
  destruct (kinks_in_gap _ _ H) as [K K'].
  destruct Hn as [ <- |[ <- |[]]]; cbn [nw nb na];
  rewrite Rabs_mult, ?Rabs_Ropp, (label_abs _ L), (Rabs_pos_eq (sqrt _)) by lra;
  (split; [exact Hr|]; split; [ring|]; split; [exact Hs|]).
  - replace (- (- _ * _) / _) with (kink_left (fst q) (fst r)) by (field; lra). exact K.
  - replace (- (- _ * _) / _) with (kink_right (fst q) (fst r)) by (field; lra). exact K'.
Qed.

End Ramp.
