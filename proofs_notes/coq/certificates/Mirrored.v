(** * A certificate of lambda_max: 2 neurons, 4 data

    Written by `flatcert certify --coq`.  The theorem is about the network and the data below,
    whose numbers are exact (each over its common denominator, the data by increasing x).  The
    witness is not trusted: the kernel of Coq evaluates the checker that Certificate.v proves
    sound. *)

From Coq Require Import ZArith List Reals.
From Flatcert Require Import Network Spectrum CertificateCheck Certificate.
Import ListNotations.
Open Scope Z_scope.

Definition instance : subject := Subject 12
  [Neuron 20 0 12;
   Neuron (-20) 0 12]
  (-15) 4
  [(-3, 1);
   (-3, -1);
   (3, 1);
   (3, -1)].

Definition evidence : witness := Witness 62 15%nat 41 1 78 42
  1930849685846
  [NeuronHint (-3) 3 7294321035416 0 1930849685847;
   NeuronHint (-3) 3 7294321035416 0 1930849685847]
  [DatumHint 1099511627776 549755813887 316659348799488 (Matrix 2 315240764504 919999524657 1635554710499 0 0 0 (-538536306569) 718048408759 (-1226666032872));
   DatumHint 1099511627776 549755813887 316659348799488 (Matrix 5 1930849675831 5634997068822 10017772566783 (-1) 1 (-2) (-3298534866210) 4398046488279 (-7513329425086));
   DatumHint 1099511627776 549755813887 316659348799488 (Matrix 3024474566482 5321610077733 5634997068825 17836521863447 3202384829553 9465 4862880667812 (-3298534856189) 9546978951179 (-7513329409869));
   DatumHint 1099511627776 549755813887 316659348799488 (Matrix 1493745150080975114137 1674648538098979989564 5634997083454 3861569543795236231430 1581612509115728098362 4674181724605 2401707884564760836198 1650598715990 2542984818951975155326 2021571208)].

Definition lower := (12812499987, 20000000000).
Definition upper := (12812500013, 20000000000).
Definition direction : vector := ([(3750000000, 5000000000, 6250000000);
   (-3750000000, 5000000000, 6250000000)], 10000000000).

Lemma checked : check instance evidence lower direction upper = true.
Proof. vm_cast_no_check (eq_refl true). Qed.

Theorem certified :
  labelled (data_of instance) /\ smooth (network_of instance) (data_of instance) /\
  forall lam, is_lambda_max (network_of instance) (data_of instance) lam ->
    (ratio 12812499987 20000000000 < lam <= ratio 12812500013 20000000000)%R.
Proof. exact (check_sound instance evidence lower direction upper checked). Qed.

Print Assumptions certified.
