(** * The checker, in integers

    A [subject] is a network and data with exact rational numbers; a [witness] is what a program
    outside computed in order to prove bounds of lambda_max for it.  [check_upper] and
    [check_lower] decide whether it does, with additions, multiplications, shifts and comparisons
    of integers, one division for each exponential and one for the bound; Certificate.v proves
    them right.  The work is a few multiplications for each datum and each neuron, and one
    comparison and a few additions for each pair. *)

From Coq Require Import Reals ZArith List Bool.
From Flatcert Require Import Network CertificateExp.
Import ListNotations.
Open Scope Z_scope.

(** ** What is stated *)

(** w, b and a of one neuron, over the common denominator of the subject *)
Record neuron := Neuron { nw : Z; nb : Z; na : Z }.

(** Parameters nw/q, nb/q, na/q and c/q; data (X/d, y). *)
Record subject := Subject {
  den : Z;
  neurons : list neuron;
  offset : Z;
  grid : Z;
  points : list (Z * Z)
}.

Definition no_neuron := Neuron 0 0 0.
Definition ratio (num den : Z) : R := (IZR num / IZR den)%R.

Definition network_of (S : subject) : network :=
  let at_ i := nth i (neurons S) no_neuron in
  Network (length (neurons S)) (fun i => ratio (nw (at_ i)) (den S))
    (fun i => ratio (nb (at_ i)) (den S)) (fun i => ratio (na (at_ i)) (den S))
    (ratio (offset S) (den S)).

Definition data_of (S : subject) : data :=
  let at_ j := nth j (points S) (0, 0) in
  Data (length (points S)) (fun j => ratio (fst (at_ j)) (grid S)) (fun j => IZR (snd (at_ j))).

(** ** What is given in evidence *)

(** The neuron's sign changes between the inputs low/d and high/d, and no datum lies between;
    (k1, k2, k3) is its form. *)
Record neuron_hint := NeuronHint { low : Z; high : Z; k1 : Z; k2 : Z; k3 : Z }.

(** A symmetric 4 x 4 matrix: its diagonal, then its rows above the diagonal *)
Record matrix := Matrix {
  m0 : Z; m1 : Z; m2 : Z; m3 : Z; m01 : Z; m02 : Z; m03 : Z; m12 : Z; m13 : Z; m23 : Z }.
Definition zero_matrix := Matrix 0 0 0 0 0 0 0 0 0 0.

(** sigma(-|f|), a lower bound of n p, both times 2^slope_bits; a lower bound of 1/p in the unit of
    the forms; and the matrix that follows the datum. *)
Record datum_hint := DatumHint { sig : Z; weight : Z; inverse : Z; after : matrix }.

Record witness := Witness {
  exp_bits : Z;
  halvings : nat;
  slope_bits : Z;
  slack : Z;
  form_bits : Z;
  state_bits : Z;
  constant_form : Z;
  neuron_hints : list neuron_hint;
  datum_hints : list datum_hint
}.

(** ** Preparation *)

Record item := Item { unit_ : neuron; hint : neuron_hint; right : bool; aw : Z; ab : Z }.

Definition prepare (p : neuron * neuron_hint) : item :=
  let (u, h) := p in Item u h (0 <=? nw u) (na u * nw u) (na u * nb u).

Definition active (it : item) (x : Z) : bool :=
  if right it then low (hint it) <? x else x <=? low (hint it).

(** Sum of f over the members for which b holds *)
Fixpoint sum_if {T : Type} (b : T -> bool) (f : T -> Z) (ts : list T) : Z :=
  match ts with
  | [] => 0
  | t :: ts => if b t then f t + sum_if b f ts else sum_if b f ts
  end.

Record datum := Datum {
  px : Z; py : Z; dhint : datum_hint;
  output : Z;          (* f(x) q^2 d *)
  decays : Z * Z;      (* enclosure of 2^exp_bits e^-|f| *)
  slope_ : Z;          (* l' 2^slope_bits *)
  moment : Z           (* slope_ px *)
}.

Section Check.
Variables (S : subject) (P : witness).

Definition scale_f : Z := den S * den S * grid S.
Definition unit_slope : Z := 2 ^ slope_bits P.
Definition unit_form : Z := 2 ^ form_bits P.

Definition items : list item := map prepare (combine (neurons S) (neuron_hints P)).

(** f(x) q^2 d *)
Definition output_at (its : list item) (x : Z) : Z :=
  x * sum_if (fun it => active it x) aw its
  + grid S * (sum_if (fun it => active it x) ab its + den S * offset S).

Definition read (its : list item) (p : Z * Z * datum_hint) : datum :=
  let '(x, y, h) := p in
  let f := output_at its x in
  let l' := - (y * if 0 <=? y * f then sig h else unit_slope - sig h) in
  Datum x y h f (decay (exp_bits P) (halvings P) (Z.abs f) scale_f) l' (l' * x).

Definition read_data (its : list item) : list datum :=
  map (read its) (combine (points S) (datum_hints P)).

(** ** Checks of the parts *)

Fixpoint sorted (x : Z) (ts : list datum) : bool :=
  match ts with
  | [] => true
  | t :: ts => (x <=? px t) && sorted (px t) ts
  end.

(** z(x) times q d, with the sign that makes it grow with x *)
Definition level (it : item) (x : Z) : Z :=
  let z := nw (unit_ it) * x + nb (unit_ it) * grid S in if right it then z else - z.

(** [active] is right at every datum, and none lies on the kink. *)
Definition activity_ok (ts : list datum) (it : item) : bool :=
  let below_ := level it (low (hint it)) <? 0 in
  let above_ := 0 <? level it (high (hint it)) in
  forallb (fun t => if low (hint it) <? px t then above_ && (high (hint it) <=? px t) else below_) ts.

Definition label_ok (t : datum) : bool := (py t =? 1) || (py t =? -1).

Definition sigma_ok (t : datum) : bool :=
  let one := 2 ^ exp_bits P in
  let (lo, hi) := decays t in
  ((sig (dhint t) - slack P) * (one + lo) <=? Z.shiftl lo (slope_bits P))
  && (Z.shiftl hi (slope_bits P) <=? (sig (dhint t) + slack P) * (one + hi)).

(** Everything that both bounds need *)
Definition sound_parts (its : list item) (ts : list datum) : bool :=
  (0 <? den S) && (0 <? grid S) && (0 <=? exp_bits P) && (0 <=? slope_bits P) && (0 <=? form_bits P)
  && (0 <=? state_bits P)
  && (Nat.eqb (length (neurons S)) (length (neuron_hints P)))
  && (Nat.eqb (length (points S)) (length (datum_hints P)))
  && negb (Nat.eqb (length (points S)) 0)
  && forallb label_ok ts && forallb sigma_ok ts && forallb (activity_ok ts) its.

(** ** The residual *)

Definition residual_x (ts : list datum) (it : item) : Z :=
  sum_if (fun t => active it (px t)) moment ts.
Definition residual_1 (ts : list datum) (it : item) : Z :=
  sum_if (fun t => active it (px t)) slope_ ts * grid S.

(** Error of v^T R v for |v| = 1, and everything else in its unit 1/(n d 2^slope_bits) *)
Definition residual_error (ts : list datum) : Z :=
  slack P * sum_if (fun _ => true) (fun t => grid S + Z.abs (px t)) ts.
Definition unit_mu (ts : list datum) : Z := Z.of_nat (length ts) * grid S * unit_slope.

(** ** The upper bound *)

Definition dominant2 (a b c : Z) : bool := (Z.abs b <=? a) && (Z.abs b <=? c).

Definition block_check (ts : list datum) (m : Z) (it : item) : bool :=
  let (u, h) := (unit_ it, hint it) in
  let (rx, r1) := (residual_x ts it, residual_1 ts it) in
  let det := m * m - rx * rx - r1 * r1 in
  let e1 := na u * rx + m * nw u in
  let e2 := na u * r1 + m * nb u in
  let fb := form_bits P in
  let aa := Z.shiftl (na u * na u) fb in
  (0 <? det)
  && dominant2 (det * (m * k1 h - aa) - Z.shiftl (e1 * e1) fb)
               (det * (m * k2 h) - Z.shiftl (e1 * e2) fb)
               (det * (m * k3 h - aa) - Z.shiftl (e2 * e2) fb).

Definition inverse_ok (t : datum) : bool :=
  let one := 2 ^ exp_bits P in
  let (_, hi) := decays t in
  (0 <=? inverse (dhint t))
  && (inverse (dhint t) * Z.shiftl (hi * one) (slope_bits P)
      <=? Z.shiftl ((one + hi) * (one + hi) * scale_f) (form_bits P)).

(** Sums of the forms of the active neurons on one side *)
Definition forms (its : list item) (side : bool) (x : Z) : Z * Z * Z :=
  let on it := Bool.eqb (right it) side && active it x in
  (sum_if on (fun it => k1 (hint it)) its, sum_if on (fun it => k2 (hint it)) its,
   sum_if on (fun it => k3 (hint it)) its).

Definition apply4 (A : matrix) (x0 x1 x2 x3 : Z) : Z * Z * Z * Z :=
  (m0 A * x0 + m01 A * x1 + m02 A * x2 + m03 A * x3,
   m01 A * x0 + m1 A * x1 + m12 A * x2 + m13 A * x3,
   m02 A * x0 + m12 A * x1 + m2 A * x2 + m23 A * x3,
   m03 A * x0 + m13 A * x1 + m23 A * x2 + m3 A * x3).

(** Diagonal entries at least the sums of the moduli in their rows *)
Definition dominant4 (A : matrix) : bool :=
  let '(a01, a02, a03) := (Z.abs (m01 A), Z.abs (m02 A), Z.abs (m03 A)) in
  let '(a12, a13, a23) := (Z.abs (m12 A), Z.abs (m13 A), Z.abs (m23 A)) in
  (a01 + a02 + a03 <=? m0 A) && (a01 + a12 + a13 <=? m1 A)
  && (a02 + a12 + a23 <=? m2 A) && (a03 + a13 + a23 <=? m3 A).

(** D (A' - A) - e e^T *)
Definition surplus (D : Z) (A' A : matrix) (e0 e1 e2 e3 : Z) : matrix :=
  Matrix (D * (m0 A' - m0 A) - e0 * e0) (D * (m1 A' - m1 A) - e1 * e1)
    (D * (m2 A' - m2 A) - e2 * e2) (D * (m3 A' - m3 A) - e3 * e3)
    (D * (m01 A' - m01 A) - e0 * e1) (D * (m02 A' - m02 A) - e0 * e2)
    (D * (m03 A' - m03 A) - e0 * e3) (D * (m12 A' - m12 A) - e1 * e2)
    (D * (m13 A' - m13 A) - e1 * e3) (D * (m23 A' - m23 A) - e2 * e3).

(** One step of the recursion along the data *)
Definition step_ok (its : list item) (A : matrix) (t : datum) : bool :=
  let (x, d) := (px t, grid S) in
  let '(u1, u2, u3) := forms its true x in
  let '(v1, v2, v3) := forms its false x in
  let kappa := 2 ^ state_bits P in
  let (uz1, uz2) := (u1 * x + u2 * d, u2 * x + (u3 + constant_form P) * d) in
  let (vz1, vz2) := (v1 * x + v2 * d, v2 * x + v3 * d) in
  let (r0, r1) := (kappa * x, kappa * d) in
  let '(w0, w1, w2, w3) := apply4 A r0 r1 vz1 vz2 in
  let pivot := kappa * kappa * (inverse (dhint t) - (x * uz1 + d * uz2) - (x * vz1 + d * vz2))
               - (r0 * w0 + r1 * w1 + vz1 * w2 + vz2 * w3) in
  (0 <? pivot)
  && dominant4 (surplus pivot (after (dhint t)) A (kappa * uz1 + w0) (kappa * uz2 + w1)
                  (kappa * r0 + w2) (kappa * r1 + w3)).

Fixpoint chain (its : list item) (A : matrix) (ts : list datum) : bool :=
  match ts with
  | [] => true
  | t :: ts => step_ok its A t && chain its (after (dhint t)) ts
  end.

(** lambda_max <= num/q *)
Definition upper_ok (its : list item) (ts : list datum) (num q : Z) : bool :=
  let m := num * unit_mu ts / q - residual_error ts in
  (0 <? q) && (0 <? m) && match ts with [] => true | t :: _ => sorted (px t) ts end
  && (den S * den S * unit_form <=? m * constant_form P)
  && forallb inverse_ok ts && forallb (block_check ts m) its && chain its zero_matrix ts.

(** ** The lower bound *)

(** (vw, vb, va) for each neuron, and vc: a vector *)
Definition vector := (list (Z * Z * Z) * Z)%type.

Definition weight_ok (t : datum) : bool :=
  let one := 2 ^ exp_bits P in
  let (lo, _) := decays t in
  weight (dhint t) * ((one + lo) * (one + lo)) <=? Z.shiftl (lo * one) (slope_bits P).

Record entry_ := Entry { of_item : item; part_ : Z * Z * Z; slope_part : Z; level_part : Z }.

Definition prepare_entry (p : item * (Z * Z * Z)) : entry_ :=
  let (it, v) := p in
  let '(w, b, a) := v in
  let u := unit_ it in
  Entry it v (na u * w + nw u * a) (na u * b + nb u * a).

(** <g, v> q d *)
Definition along (es : list entry_) (vc x : Z) : Z :=
  let on e := active (of_item e) x in
  x * sum_if on slope_part es + grid S * (sum_if on level_part es + den S * vc).

Definition square3 (v : Z * Z * Z) : Z := let '(w, b, a) := v in w * w + b * b + a * a.

(** lambda_max > num/q *)
Definition lower_ok (its : list item) (ts : list datum) (v : vector) (num q : Z) : bool :=
  let (parts, vc) := v in
  let es := map prepare_entry (combine its parts) in
  let square := sum_if (fun _ => true) (fun e => square3 (part_ e)) es + vc * vc in
  let gauss := sum_if (fun _ => true)
    (fun t => let h := along es vc (px t) in weight (dhint t) * (h * h)) ts in
  let residual := sum_if (fun _ => true)
    (fun e => let '(w, b, a) := part_ e in
              2 * (residual_x ts (of_item e) * w + residual_1 ts (of_item e) * b) * a) es in
  (0 <? q) && (Nat.eqb (length its) (length parts)) && forallb weight_ok ts
  && (num * unit_mu ts * scale_f * square
      <? q * (gauss + scale_f * (residual - residual_error ts * square))).

(** lo < lambda_max, lambda_max <= hi, and both, for fractions (numerator, denominator) *)
Definition check_lower (lo : Z * Z) (v : vector) : bool :=
  let its := items in
  let ts := read_data its in sound_parts its ts && lower_ok its ts v (fst lo) (snd lo).
Definition check_upper (hi : Z * Z) : bool :=
  let its := items in
  let ts := read_data its in sound_parts its ts && upper_ok its ts (fst hi) (snd hi).
Definition check (lo : Z * Z) (v : vector) (hi : Z * Z) : bool :=
  let its := items in
  let ts := read_data its in
  sound_parts its ts && lower_ok its ts v (fst lo) (snd lo) && upper_ok its ts (fst hi) (snd hi).

End Check.
