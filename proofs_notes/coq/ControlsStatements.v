(** * The main theorems with their constants as parameters

    Each [<name>_statement] is the statement of a theorem in which constants (and some assumptions)
    are parameters; [<name>_holds] is the theorem itself, at its own constants.  Controls.v and
    ControlsFlat.v refute other instances of the same statements, so that truth and falsehood differ
    visibly in one number. *)

From Coq Require Import Reals Lra Lia List.
From Coquelicot Require Import Coquelicot.
From Flatcert Require Import Sums Logistic Network BlockNorm Jensen Spectrum Master TStar TV T TGamma
  TGrad TStat Ramps Counterexample CounterexampleLimit.
Open Scope R_scope.

Notation criterion := (network -> data -> Prop).

(** ** Constants *)

Definition BlockNorm_statement (norm one : R) : Prop := forall x,
  is_lub (fun h => exists v1 v2 v3, v1 ^ 2 + v2 ^ 2 + v3 ^ 2 = 1 /\ h = Rabs (blockq x v1 v2 v3))
         (norm * sqrt (one + x ^ 2)).

Definition Residual_statement (share : R) : Prop := forall N D i,
  (0 < n D)%nat -> rnorm N D i <= share * res N D.

Definition Jensen_statement (scale : R) : Prop := forall N D,
  labelled D ->
  / INR (n D) * \sum_(j < n D) Rabs (slope N D j) <= scale * (1 - exp (- loss N D)).

Definition JensenCap_statement (cap scale : R) : Prop := forall L,
  1 - exp (- L) <= Rmin cap (scale * L).

Definition M_statement (lead slope imb gradient : R) : Prop := forall N D q lam,
  (0 < n D)%nat -> probability D q -> is_lambda_max N D lam ->
  (lead + slope * pathsum N D q + imb * imbalance N D q) / Dq N D q + gradient * rho N D q <= lam.

Definition T_statement (lead slope residual : R) : Prop := forall N D q lam,
  (0 < n D)%nat -> probability D q -> is_lambda_max N D lam ->
  (lead + slope * pathsum N D q) / Dq N D q <= lam + residual * res N D.

Definition TStar_statement (lead slope residual : R) : Prop := forall N D q lam,
  (0 < n D)%nat -> probability D q -> is_lambda_max N D lam ->
  (lead + slope * pathsum N D q) / Dq N D q <= lam + residual * rmax N D.

Definition TGrad_statement (lead slope imb gradient : R) : Prop := forall N D q lam,
  probability D q -> (0 < n D)%nat -> is_lambda_max N D lam ->
  (lead + slope * pathsum N D q + imb * imbalance N D q) / Dq N D q
    <= lam + gradient * (betamax N D q * grad_wb_norm N D).

(** [assumed] is what is assumed of the point; in the theorem it is [stationary]. *)
Definition TStat_statement (assumed : criterion) (lead slope imb : R) : Prop := forall N D lam,
  (0 < n D)%nat -> assumed N D -> is_lambda_max N D lam ->
  P N D * (lead + slope * pathsum N D (soft N D) + imb * imbalance N D (soft N D)) <= lam.

(** TV_q with another weight in the place of g_q; in the theorem it is [gmin]. *)
Definition TV_with (weight : data -> (nat -> R) -> R -> R) N D (q : nat -> R) : R :=
  \sum_(t in kinks N) Rabs (jump N t) * weight D q t.

Definition TV_statement (weight : data -> (nat -> R) -> R -> R) (scale : R) : Prop := forall N D q,
  (forall j, (j < n D)%nat -> 0 <= q j) -> scale * TV_with weight N D q <= pathsum N D q.

(** [stable eta lam] is what is assumed of lambda_max; in the theorem it is lambda_max <= 2/eta. *)
Definition TGamma_statement (stable : R -> R -> Prop) (slope lead level residual : R) : Prop :=
  forall N D gamma eta lam,
  (0 < n D)%nat ->
  (exists j, (j < n D)%nat /\ Rabs (f N (x D j)) <= gamma) ->
  is_lambda_max N D lam -> 0 < eta -> stable eta lam ->
  TV N D (uniform_on_uncertain N D gamma)
    <= INR (n D) / (slope * count N D gamma * s (level * gamma)) * (2 / eta + residual * res N D)
       - lead / slope.

Definition stable_at (eta lam : R) : Prop := lam <= 2 / eta.

(** Theorem 3.1.  [fit] is what is assumed of the data; in the theorem it is [consistent].
    [small] is what is asked of eps; in the theorem it is 0 < eps. *)
Definition FlatOverfit_statement (fit : data -> Prop) (small : R -> Prop) : Prop := forall D eta eps,
  labelled D -> fit D -> 0 < eta -> small eps -> fits_and_is_flat D eta eps.

Definition one_margin (N : network) (D : data) (m : R) : Prop :=
  forall j, (j < n D)%nat -> y D j * f N (x D j) = m.
Definition kinks_in_range (N : network) (D : data) : Prop := forall i, (i < k N)%nat ->
  w N i <> 0 /\ exists u v, (u < n D)%nat /\ (v < n D)%nat /\ x D u <= kink N i <= x D v.

Definition OneMargin_statement (fit : network -> data -> R -> Prop) (inside : criterion)
    (rate lead residual outer inner : R) : Prop := forall N D m X W,
  labelled D -> fit N D m ->
  (forall j, (j < n D)%nat -> Rabs (x D j) <= X) ->
  (forall i j, (i < n D)%nat -> (j < n D)%nat -> x D i - x D j <= W) ->
  inside N D -> forall v,
  Rabs (Hq N D v)
  <= exp (- (rate * m))
     * (lead + residual * sqrt (1 + X ^ 2)
        + \sum_(i < k N) (outer * (a N i ^ 2 * (1 + X ^ 2)) + inner * (w N i ^ 2 * W ^ 2)))
     * norm2 N v.

(** ** The theorems are instances *)

Theorem BlockNorm_holds : BlockNorm_statement 1 1.
Proof. intros x. rewrite Rmult_1_l. apply block_norm. Qed.

Theorem Residual_holds : Residual_statement 1.
Proof. intros N D i Hn. rewrite Rmult_1_l. now apply rnorm_le_res. Qed.

Theorem Jensen_holds : Jensen_statement 1.
Proof. intros N D HD. rewrite Rmult_1_l. now apply jensen. Qed.

Theorem JensenCap_holds : JensenCap_statement 1 1.
Proof. intros L. rewrite Rmult_1_l. apply jensen_cap. Qed.

Theorem M_holds : M_statement 1 2 1 1.
Proof.
  intros N D q lam Hn Hq Hlam. assert (K := master N D q Hn Hq lam Hlam).
  rewrite norm2_vq in K by assumption. now rewrite !Rmult_1_l.
Qed.

Theorem T_holds : T_statement 1 2 1.
Proof. intros N D q lam Hn Hq Hlam. rewrite Rmult_1_l. now apply T. Qed.

Theorem TStar_holds : TStar_statement 1 2 1.
Proof. intros N D q lam Hn Hq Hlam. rewrite Rmult_1_l. now apply T_star. Qed.

Theorem TGrad_holds : TGrad_statement 1 2 1 1.
Proof. intros N D q lam Hq Hn Hlam. rewrite !Rmult_1_l. now apply T_grad. Qed.

Theorem TStat_holds : TStat_statement stationary 1 2 1.
Proof. intros N D lam Hn Hs Hlam. rewrite Rmult_1_l. now apply T_stat. Qed.

Theorem TV_holds : TV_statement gmin 1.
Proof. intros N D q Hq. rewrite Rmult_1_l. now apply TV_le_pathsum. Qed.

Theorem TGamma_holds : TGamma_statement stable_at 2 1 1 1.
Proof. intros N D gamma eta lam. rewrite !Rmult_1_l. apply T_gamma. Qed.

Theorem FlatOverfit_holds : FlatOverfit_statement consistent (fun eps => 0 < eps).
Proof. intros D eta eps HD HC He Hp. now apply flat_overfit. Qed.

Theorem OneMargin_holds : OneMargin_statement one_margin kinks_in_range 1 1 1 1 1.
Proof.
  intros N D m X W HD Hm HX HW Hk v. rewrite !Rmult_1_l.
  rewrite (sum_ext _ _ (fun i => a N i ^ 2 * (1 + X ^ 2) + w N i ^ 2 * W ^ 2))
    by (intros; now rewrite !Rmult_1_l).
  now apply one_margin_flat.
Qed.
