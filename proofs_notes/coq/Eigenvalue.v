(** * lambda_max is attained, and it is the largest eigenvalue of H

    No compactness is used.  A positive semidefinite form either vanishes at some vector other than 0
    or is bounded below by eps |v|^2, eps > 0: Gaussian elimination, one coordinate at a time.  For
    lam |v|^2 - v^T H v the second case contradicts that lam is the least upper bound. *)

From Coq Require Import Reals Lra Lia Psatz List.
From Flatcert Require Import Sums Logistic Network Forms BlockNorm Spectrum Hessian.
Import ListNotations.
Open Scope R_scope.

(** ** Positive semidefinite forms in finitely many coordinates *)

Section Elimination.
Context {T : Type} (eq_dec : forall s t : T, {s = t} + {s <> t}).

(** sum_{s, t} M s t u_s u_t and sum_t u_t^2 *)
Definition form (xs : list T) (M : T -> T -> R) (u : T -> R) : R :=
  Sum (fun s => Sum (fun t => M s t * u s * u t) xs) xs.
Definition square (xs : list T) (u : T -> R) : R := Sum (fun t => u t ^ 2) xs.

Definition update (u : T -> R) (t : T) (r : R) (s : T) : R := if eq_dec s t then r else u s.

Lemma update_same u t r : update u t r t = r.
Proof. unfold update. now destruct (eq_dec t t). Qed.

Lemma update_other u t r s : s <> t -> update u t r s = u s.
Proof. unfold update. now destruct (eq_dec s t). Qed.

Lemma form_cons t ts M u :
  (forall s t, M s t = M t s) ->
  form (t :: ts) M u = M t t * u t ^ 2 + 2 * u t * Sum (fun s => M t s * u s) ts + form ts M u.
Proof.
  intros Hsym. unfold form. rewrite !Sum_cons.
  rewrite (Sum_ext (fun s => Sum (fun r => M s r * u s * u r) (t :: ts))
    (fun s => u t * (M t s * u s) + Sum (fun r => M s r * u s * u r) ts))
    by (intros s _; rewrite Sum_cons, (Hsym s t); ring).
  rewrite Sum_plus, Sum_scal.
  rewrite (Sum_ext (fun s => M t s * u t * u s) (fun s => u t * (M t s * u s))) by (intros; ring).
  rewrite Sum_scal. ring.
Qed.

Lemma form_ext xs M u v : (forall t, In t xs -> u t = v t) -> form xs M u = form xs M v.
Proof.
  intros H. apply Sum_ext. intros s Hs. apply Sum_ext. intros t Ht. now rewrite !H.
Qed.

(** Completing the square in the coordinate t: the Schur complement. *)
Lemma form_complete t ts M u :
  (forall s t, M s t = M t s) -> M t t <> 0 ->
  form (t :: ts) M u
  = M t t * (u t + Sum (fun s => M t s * u s) ts / M t t) ^ 2
    + form ts (fun s r => M s r - M t s * M t r / M t t) u.
Proof.
  intros Hsym Ht. rewrite form_cons by exact Hsym.
  set (L := Sum (fun s => M t s * u s) ts).
  assert (E : form ts (fun s r => M s r - M t s * M t r / M t t) u = form ts M u - L ^ 2 / M t t).
  { unfold form.
    rewrite (Sum_ext _ (fun s => Sum (fun r => M s r * u s * u r) ts
                                 - L / M t t * (M t s * u s))).
    - rewrite Sum_minus, Sum_scal. fold L. field. exact Ht.
    - intros s _. unfold L.
      replace (Sum (fun r => M t r * u r) ts / M t t * (M t s * u s))
        with (M t s * u s / M t t * Sum (fun r => M t r * u r) ts) by (field; exact Ht).
      rewrite <- Sum_scal, <- Sum_minus. apply Sum_ext. intros r _. field. exact Ht. }
  rewrite E. field. exact Ht.
Qed.

Theorem semidefinite_dichotomy xs M :
  NoDup xs -> (forall s t, M s t = M t s) -> (forall u, 0 <= form xs M u) ->
  (exists u, 0 < square xs u /\ form xs M u = 0)
  \/ (exists eps, 0 < eps /\ forall u, eps * square xs u <= form xs M u).
Proof.
  intros Hnd. revert M. induction xs as [|t ts IH]; intros M Hsym Hpos.
  { right. exists 1. split; [lra|]. intro u. unfold square, form. simpl. lra. }
  inversion_clear Hnd as [|? ? Hout Hts].
  assert (off : forall u r s, In s ts -> update u t r s = u s).
  { intros u r s Hs. apply update_other. intros ->. contradiction. }
  (* the unit vector of t *)
  set (e := update (fun _ => 0) t 1).
  assert (et : e t = 1) by apply update_same.
  assert (es : forall s, In s ts -> e s = 0) by (intros s Hs; unfold e; now rewrite off).
  assert (He : form (t :: ts) M e = M t t).
  { rewrite form_cons by exact Hsym. rewrite et.
    rewrite (Sum_zero (fun s => M t s * e s)) by (intros s Hs; rewrite es by exact Hs; ring).
    unfold form. rewrite Sum_zero; [ring|]. intros s Hs. apply Sum_zero. intros r Hr.
    rewrite (es r Hr). ring. }
  assert (HA : 0 <= M t t) by (rewrite <- He; apply Hpos).
  destruct HA as [HA|HA].
  2:{ left. exists e. split; [|now rewrite He].
      unfold square. rewrite Sum_cons, et.
      assert (K : 0 <= Sum (fun s => e s ^ 2) ts) by (apply Sum_nonneg; intros; apply pow2_ge_0). lra. }
  set (M' := fun s r => M s r - M t s * M t r / M t t).
  set (L := fun u => Sum (fun s => M t s * u s) ts).
  assert (Hsym' : forall s r, M' s r = M' r s).
  { intros s r. unfold M'. rewrite (Hsym s r). unfold Rdiv. ring. }
  (* the lift of u, where the square vanishes *)
  set (lift := fun u => update u t (- L u / M t t)).
  assert (Hlift : forall u, form (t :: ts) M (lift u) = form ts M' u).
  { intro u. rewrite form_complete by (auto; lra). unfold lift. rewrite update_same.
    rewrite (Sum_ext (fun s => M t s * update u t (- L u / M t t) s) (fun s => M t s * u s))
      by (intros s Hs; now rewrite off).
    fold (L u). fold M'. rewrite (form_ext ts M' _ u) by (intros s Hs; now apply off).
    field. lra. }
  assert (Hpos' : forall u, 0 <= form ts M' u) by (intro u; rewrite <- Hlift; apply Hpos).
  destruct (IH Hts M' Hsym' Hpos') as [(u & Hu & E)|(eps & Heps & H)].
  - left. exists (lift u). split; [|now rewrite Hlift].
    unfold square. rewrite Sum_cons, (Sum_ext (fun s => lift u s ^ 2) (fun s => u s ^ 2))
      by (intros s Hs; unfold lift; now rewrite off).
    unfold square in Hu. assert (K := pow2_ge_0 (lift u t)). lra.
  - right. set (A := M t t) in *.
    set (C := Sum (fun s => M t s ^ 2) ts).
    assert (HC : 0 <= C) by (apply Sum_nonneg; intros; apply pow2_ge_0).
    assert (HC2 : 0 <= C / A ^ 2)
      by (apply Rmult_le_pos; [exact HC | left; apply Rinv_0_lt_compat, pow_lt, HA]).
    set (kappa := C / A ^ 2) in *.
    set (d := Rmin (A / 2) (eps / (1 + 2 * kappa))).
    assert (Hd1 : d <= A / 2) by apply Rmin_l.
    assert (Hd2 : d * (1 + 2 * kappa) <= eps).
    { replace eps with (eps / (1 + 2 * kappa) * (1 + 2 * kappa)) by (field; lra).
      apply Rmult_le_compat_r; [lra | apply Rmin_r]. }
    assert (Hd : 0 < d) by (apply Rmin_glb_lt; [lra | apply Rdiv_lt_0_compat; lra]).
    exists d. split; [exact Hd|]. intro u. rewrite form_complete by (auto; fold A; lra).
    fold A M'. fold (L u). specialize (H u). unfold square in *. rewrite Sum_cons.
    set (n2 := Sum (fun s => u s ^ 2) ts) in *. set (q := u t + L u / A).
    assert (Hn2 : 0 <= n2) by (apply Sum_nonneg; intros; apply pow2_ge_0).
    assert (HL : (L u / A) ^ 2 <= kappa * n2).
    { replace ((L u / A) ^ 2) with (L u ^ 2 / A ^ 2) by (field; lra).
      unfold kappa. replace (C / A ^ 2 * n2) with (C * n2 / A ^ 2) by (field; lra).
      apply Rmult_le_compat_r; [left; apply Rinv_0_lt_compat, pow_lt, HA|].
      apply (cauchy_schwarz_dot (M t) u). }
    assert (Hu : u t ^ 2 <= 2 * q ^ 2 + 2 * (L u / A) ^ 2).
    { replace (u t) with (q - L u / A) by (unfold q; ring).
      assert (K := pow2_ge_0 (q + L u / A)). lra. }
    assert (Hq : d * (2 * q ^ 2) <= A * q ^ 2).
    { replace (d * (2 * q ^ 2)) with (2 * d * q ^ 2) by ring.
      apply Rmult_le_compat_r; [apply pow2_ge_0 | lra]. }
    assert (Hn : d * (1 + 2 * kappa) * n2 <= eps * n2)
      by (apply Rmult_le_compat_r; assumption).
    assert (HdL : d * (u t ^ 2) <= d * (2 * q ^ 2 + 2 * (kappa * n2)))
      by (apply Rmult_le_compat_l; lra).
    lra.
Qed.

End Elimination.

(** ** The 3k + 1 coordinates *)

Definition coords (N : network) : list coord :=
  map Cw (seq 0 (k N)) ++ map Cb (seq 0 (k N)) ++ map Ca (seq 0 (k N)) ++ [Cc].

Definition coord_eq_dec (q r : coord) : {q = r} + {q <> r}.
Proof. decide equality; apply Nat.eq_dec. Defined.

Definition of_coords (u : coord -> R) : vec :=
  Vec (fun i => u (Cw i)) (fun i => u (Cb i)) (fun i => u (Ca i)) (u Cc).

Lemma entry_of_coords u q : entry (of_coords u) q = u q.
Proof. now destruct q. Qed.

Lemma in_coords N q : In q (coords N) <-> valid N q.
Proof.
  unfold coords. rewrite !in_app_iff, !in_map_iff. split.
  - intros [(i & <- & H)|[(i & <- & H)|[(i & <- & H)|[ <- |[]]]]]; try exact I; now apply in_range.
  - destruct q as [i|i|i|]; simpl; intros H.
    + left. exists i. split; [reflexivity | now apply in_range].
    + right. left. exists i. split; [reflexivity | now apply in_range].
    + right. right. left. exists i. split; [reflexivity | now apply in_range].
    + right. right. right. now left.
Qed.

Lemma NoDup_append {T : Type} (xs ys : list T) :
  NoDup xs -> NoDup ys -> (forall t, In t xs -> ~ In t ys) -> NoDup (xs ++ ys).
Proof.
  intros Hx Hy H. induction Hx as [|t xs Ht Hx IH]; [exact Hy|]. simpl. constructor.
  - rewrite in_app_iff. intros [K|K]; [contradiction|]. now apply (H t (or_introl eq_refl)).
  - apply IH. intros s Hs. apply H. now right.
Qed.

Lemma NoDup_image {T U : Type} (h : T -> U) xs :
  (forall s t, h s = h t -> s = t) -> NoDup xs -> NoDup (map h xs).
Proof.
  intros Hinj H. induction H as [|t xs Ht H IH]; [constructor|]. simpl. constructor; [|exact IH].
  rewrite in_map_iff. intros (s & E & Hs). apply Hinj in E. subst. contradiction.
Qed.

Lemma coords_NoDup N : NoDup (coords N).
Proof.
  assert (R := seq_NoDup (k N) 0). unfold coords.
  repeat apply NoDup_append; try (apply NoDup_image; [now intros s t [=] | exact R]).
  - repeat constructor. easy.
  - intros q. rewrite in_map_iff. intros (i & <- & _) [K|[]]. easy.
  - intros q. rewrite in_map_iff, in_app_iff, in_map_iff.
    intros (i & <- & _) [(m & K & _)|[K|[]]]; easy.
  - intros q. rewrite in_map_iff, !in_app_iff, !in_map_iff.
    intros (i & <- & _) [(m & K & _)|[(m & K & _)|[K|[]]]]; easy.
Qed.

Lemma dot_coords N u v : dot N u v = \sum_(q in coords N) entry u q * entry v q.
Proof.
  unfold coords, dot. rewrite !Sum_app, !Sum_map, Sum_cons, Sum_nil. simpl.
  rewrite !Sum_plus. ring.
Qed.

(** A linear functional <d, .> is known from its values at the unit vectors. *)
Lemma dot_of_coords N d u : dot N d (of_coords u) = \sum_(q in coords N) dot N d (e q) * u q.
Proof.
  rewrite dot_coords. apply Sum_ext. intros q Hq. apply in_coords in Hq.
  now rewrite dot_e, entry_of_coords.
Qed.

(** ** lam |v|^2 - v^T H v as a form in the coordinates *)

Section Attained.
Variables (N : network) (D : data) (lam : R).
Hypothesis data_nonempty : (0 < n D)%nat.
Hypothesis lam_max : is_lambda_max N D lam.

(** lam <u, v> - u^T H v *)
Definition deficit u v := lam * dot N u v - Hb N D u v.

Lemma deficit_sym u v : deficit u v = deficit v u.
Proof. unfold deficit. now rewrite dot_sym, Hb_sym. Qed.

Lemma deficit_diag v : deficit v v = lam * norm2 N v - Hq N D v.
Proof. unfold deficit. now rewrite <- norm2_dot, Hb_diag. Qed.

Lemma deficit_nonneg v : 0 <= deficit v v.
Proof. rewrite deficit_diag. assert (H := rayleigh N D lam v data_nonempty lam_max). lra. Qed.

Lemma deficit_coords v u : deficit v (of_coords u) = \sum_(q in coords N) deficit v (e q) * u q.
Proof.
  unfold deficit. rewrite <- dot_hess, dot_sym, (dot_sym N _ v), dot_hess.
  rewrite dot_of_coords. rewrite Hb_sym, <- dot_hess.
  rewrite dot_sym, dot_of_coords, <- Sum_scal, <- Sum_minus. apply Sum_ext. intros q _.
  rewrite (dot_sym N (hess N D v)), dot_hess, (Hb_sym N D (e q)). ring.
Qed.

Lemma deficit_form u :
  deficit (of_coords u) (of_coords u) = form (coords N) (fun q r => deficit (e q) (e r)) u.
Proof.
  rewrite deficit_coords. apply Sum_ext. intros q _. rewrite deficit_sym, deficit_coords, <- Sum_scal_r.
  apply Sum_ext. intros. ring.
Qed.

Lemma square_coords u : square (coords N) u = norm2 N (of_coords u).
Proof.
  rewrite norm2_dot, dot_coords. apply Sum_ext. intros q _. rewrite entry_of_coords. ring.
Qed.

Lemma of_coords_entry v :
  norm2 N (of_coords (entry v)) = norm2 N v /\ Hq N D (of_coords (entry v)) = Hq N D v.
Proof. split; reflexivity. Qed.

(** Some vector attains lambda_max. *)
Lemma attained : exists v, 0 < norm2 N v /\ deficit v v = 0.
Proof.
  destruct (semidefinite_dichotomy coord_eq_dec (coords N) (fun q r => deficit (e q) (e r)))
    as [(u & Hu & E)|(eps & Heps & H)].
  - apply coords_NoDup.
  - intros. apply deficit_sym.
  - intro u. rewrite <- deficit_form. apply deficit_nonneg.
  - exists (of_coords u). now rewrite <- square_coords, deficit_form.
  - exfalso. assert (K : lam <= lam - eps); [|lra].
    apply (lambda_max_le N D lam _ data_nonempty lam_max). intro v.
    assert (Hv := H (entry v)). rewrite <- deficit_form, square_coords, deficit_diag in Hv.
    destruct (of_coords_entry v) as [E1 E2]. rewrite E1, E2 in Hv. lra.
Qed.

(** Where the deficit vanishes at (v, v), it vanishes at (v, u) for every u: v is an eigenvector. *)
Lemma deficit_kernel v u : deficit v v = 0 -> deficit v u = 0.
Proof.
  intros Hv.
  assert (K : deficit v u ^ 2 <= deficit u u * deficit v v).
  { apply discriminant; [apply deficit_nonneg|]. intro r.
    assert (Q := deficit_nonneg (vadd (vscale r u) (vscale (-1) v))).
    replace (deficit u u * r ^ 2 - 2 * deficit v u * r + deficit v v)
      with (deficit (vadd (vscale r u) (vscale (-1) v)) (vadd (vscale r u) (vscale (-1) v))); [exact Q|].
    assert (add : forall d d1 d2, deficit d (vadd d1 d2) = deficit d d1 + deficit d d2)
      by (intros; unfold deficit; rewrite dot_add_r, Hb_add_r; ring).
    assert (scale : forall d t d1, deficit d (vscale t d1) = t * deficit d d1)
      by (intros; unfold deficit; rewrite dot_scale_r, Hb_scale_r; ring).
    rewrite add, !scale, (deficit_sym _ u), (deficit_sym _ v), !add, !scale, (deficit_sym u v). ring. }
  rewrite Hv, Rmult_0_r in K. assert (K' := pow2_ge_0 (deficit v u)).
  apply Rsqr_0_uniq. rewrite Rsqr_pow2. lra.
Qed.

End Attained.

(** ** Eigenvalues *)

(** H v = lam v for some v other than 0. *)
Definition eigenvalue (N : network) (D : data) (lam : R) : Prop :=
  exists v, 0 < norm2 N v /\ forall q, valid N q -> entry (hess N D v) q = lam * entry v q.

(** lambda_max is an eigenvalue ... *)
Theorem lambda_max_eigenvalue N D lam :
  (0 < n D)%nat -> is_lambda_max N D lam -> eigenvalue N D lam.
Proof.
  intros Hn H. destruct (attained N D lam Hn H) as (v & Hv & E). exists v. split; [exact Hv|].
  intros q Hq. assert (K := deficit_kernel N D lam Hn H v (e q) E).
  unfold deficit in K.
  rewrite Hb_sym, <- dot_hess, (dot_sym N (e q)), !dot_e in K by exact Hq. lra.
Qed.

(** ... and no eigenvalue is larger. *)
Theorem eigenvalue_le N D lam mu :
  (0 < n D)%nat -> is_lambda_max N D lam -> eigenvalue N D mu -> mu <= lam.
Proof.
  intros Hn H (v & Hv & E). apply Rmult_le_reg_r with (norm2 N v); [exact Hv|].
  eapply Rle_trans; [|exact (rayleigh N D lam v Hn H)]. apply Req_le.
  rewrite <- Hb_diag, <- dot_hess, norm2_dot, !dot_coords, <- Sum_scal. apply Sum_ext. intros q Hq.
  apply in_coords in Hq. rewrite (E q Hq). ring.
Qed.

Theorem largest_eigenvalue N D lam :
  (0 < n D)%nat ->
  (is_lambda_max N D lam <-> eigenvalue N D lam /\ forall mu, eigenvalue N D mu -> mu <= lam).
Proof.
  intros Hn. split.
  - intros H. split; [now apply lambda_max_eigenvalue | intros mu; now apply eigenvalue_le].
  - intros [H1 H2]. destruct (lambda_max_exists N D Hn) as [m Hm].
    replace lam with m; [exact Hm|]. apply Rle_antisym.
    + apply H2. now apply lambda_max_eigenvalue.
    + exact (eigenvalue_le N D m lam Hn Hm H1).
Qed.
