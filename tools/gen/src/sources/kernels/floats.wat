;; 5 to the power of 0, -1 … -22, each as the first 128 bits of its digits, upper half first, rounded up.
(data (i32.const 0)
  "\00\00\00\00\00\00\00\80\00\00\00\00\00\00\00\00"
  "\cc\cc\cc\cc\cc\cc\cc\cc\cd\cc\cc\cc\cc\cc\cc\cc"
  "\0a\d7\a3\70\3d\0a\d7\a3\a4\70\3d\0a\d7\a3\70\3d"
  "\3b\df\4f\8d\97\6e\12\83\ea\26\31\08\ac\1c\5a\64"
  "\2b\65\19\e2\58\17\b7\d1\a9\a4\4e\40\13\61\c3\d3"
  "\23\84\47\1b\47\ac\c5\a7\54\1d\72\33\dc\80\cf\0f"
  "\b5\69\6c\af\05\bd\37\86\10\b1\c1\c2\49\9a\3f\a6"
  "\bc\42\7a\e5\d5\94\bf\d6\4d\1b\69\04\76\90\32\3d"
  "\fc\ce\61\84\11\77\cc\ab\3e\7c\ba\36\2b\0d\c2\fd"
  "\97\a5\b4\36\41\5f\70\89\31\30\95\f8\88\0a\68\31"
  "\be\d5\ed\bd\ce\fe\e6\db\1c\4d\88\5a\0e\44\73\b5"
  "\fe\aa\24\cb\0b\ff\eb\af\49\d7\39\15\a5\69\8f\f7"
  "\cb\88\50\6f\09\cc\bc\8c\d4\45\2e\44\b7\87\3f\f9"
  "\13\0e\b4\4b\42\13\2e\e1\ba\6f\b0\06\f2\a5\65\28"
  "\0f\d8\5c\09\35\dc\24\b4\95\8c\f3\9e\c1\84\84\53"
  "\d9\ac\b0\3a\f7\7c\1d\90\11\0a\f6\4b\01\37\9d\0f"
  "\5b\e1\4d\c4\be\94\95\e6\b4\a9\89\79\68\be\2e\4c"
  "\49\b4\a4\36\32\aa\77\b8\c3\87\d4\fa\b9\fe\be\09"
  "\07\5d\1d\92\8e\ee\92\93\d0\9f\43\62\2e\32\ff\3a"
  "\a5\61\95\b6\7d\4a\1e\ec\e6\32\6c\d0\e3\e9\31\2b"
  "\ea\1a\11\92\64\08\e5\bc\85\f5\bc\a6\1c\bb\f4\88"
  "\ee\7b\da\74\50\a0\1d\97\04\5e\ca\eb\16\fc\f6\d3"
  "\b1\2c\f7\ba\80\00\c9\f1\39\63\dd\12\8b\c6\24\53")
;; 10 to the power of 0, 1 … 8.
(data (i32.const 512)
  "\01\00\00\00\00\00\00\00"
  "\0a\00\00\00\00\00\00\00"
  "\64\00\00\00\00\00\00\00"
  "\e8\03\00\00\00\00\00\00"
  "\10\27\00\00\00\00\00\00"
  "\a0\86\01\00\00\00\00\00"
  "\40\42\0f\00\00\00\00\00"
  "\80\96\98\00\00\00\00\00"
  "\00\e1\f5\05\00\00\00\00")

(func $upperHalf (param $a i64) (param $b i64) (result i64)
  (local $aLow i64) (local $aHigh i64) (local $bLow i64) (local $bHigh i64) (local $middle i64)
  (local.set $aLow (i64.and (local.get $a) (i64.const 0xffffffff)))
  (local.set $aHigh (i64.shr_u (local.get $a) (i64.const 32)))
  (local.set $bLow (i64.and (local.get $b) (i64.const 0xffffffff)))
  (local.set $bHigh (i64.shr_u (local.get $b) (i64.const 32)))
  (local.set $middle
    (i64.add
      (i64.mul (local.get $aHigh) (local.get $bLow))
      (i64.shr_u (i64.mul (local.get $aLow) (local.get $bLow)) (i64.const 32))))
  (local.set $aLow
    (i64.add
      (i64.mul (local.get $aLow) (local.get $bHigh))
      (i64.and (local.get $middle) (i64.const 0xffffffff))))
  (i64.add
    (i64.add
      (i64.mul (local.get $aHigh) (local.get $bHigh))
      (i64.shr_u (local.get $middle) (i64.const 32)))
    (i64.shr_u (local.get $aLow) (i64.const 32))))

;; The bits of the float8 nearest to an integer above zero over a power of ten from 0 to 22 (Lemire 2021): a product
;; of 64 bits each, and of 128 where nine bits behind those that count are ones. The quotient is never so near to the
;; middle between two floats that 128 bits would not tell, for a fraction of 5^22 has no more than 52 bits.
(func $nearest (param $digits i64) (param $scale i32) (result i64)
  (local $zeros i64) (local $high i64) (local $low i64) (local $more i64) (local $shift i64)
  (local.set $zeros (i64.clz (local.get $digits)))
  (local.set $digits (i64.shl (local.get $digits) (local.get $zeros)))
  (local.set $more (i64.load (i32.shl (local.get $scale) (i32.const 4))))
  (local.set $high (call $upperHalf (local.get $digits) (local.get $more)))
  (local.set $low (i64.mul (local.get $digits) (local.get $more)))
  (if (i64.eq (i64.and (local.get $high) (i64.const 511)) (i64.const 511))
    (then
      (local.set $more
        (call $upperHalf
          (local.get $digits)
          (i64.load offset=8 (i32.shl (local.get $scale) (i32.const 4)))))
      (local.set $low (i64.add (local.get $low) (local.get $more)))
      (if (i64.gt_u (local.get $more) (local.get $low))
        (then (local.set $high (i64.add (local.get $high) (i64.const 1)))))))
  (local.set $more (i64.shr_u (local.get $high) (i64.const 63)))
  (local.set $shift (i64.add (local.get $more) (i64.const 9)))
  (local.set $digits (i64.shr_u (local.get $high) (local.get $shift)))
  ;; Just in the middle, which takes a quotient without a remainder: to the even one of the two.
  (if (i32.and
        (i64.le_u (local.get $low) (i64.const 1))
        (i32.and
          (i64.eq (i64.and (local.get $digits) (i64.const 3)) (i64.const 1))
          (i64.eq (i64.shl (local.get $digits) (local.get $shift)) (local.get $high))))
    (then (local.set $digits (i64.sub (local.get $digits) (i64.const 1)))))
  ;; One too many in the mantissa is one more in the exponent, with nothing behind it.
  (i64.add
    (i64.shr_u
      (i64.add (local.get $digits) (i64.and (local.get $digits) (i64.const 1)))
      (i64.const 1))
    (i64.shl
      (i64.sub
        (i64.add
          (local.get $more)
          (i64.extend_i32_s
            (i32.sub
              (i32.const 1085)
              (i32.shr_u
                (i32.add (i32.mul (local.get $scale) (i32.const 217706)) (i32.const 65535))
                (i32.const 16)))))
        (local.get $zeros))
      (i64.const 52))))

;; Digits with a point or without, up to nineteen of them that count: float8, or float4 (`single` 1).
(func $floats (export "floats")
  (param $field i32) (param $rows i32) (param $into i32) (param $single i32) (result i32)
  (local $row i32) (local $at i32) (local $end i32) (local $length i32) (local $negative i32) (local $count i32)
  (local $scale i32) (local $word i64) (local $value i64) (local $limit i64)
  (block $done
    (loop $next
      (br_if $done (i32.ge_u (local.get $row) (local.get $rows)))
      (local.set $at (i32.load offset=2048 (local.get $field)))
      (local.set $value (i64.const 0))
      (local.set $negative (i32.const 0))
      (if (i32.ge_s (local.get $at) (i32.const 0))
        (then
          (local.set $end (i32.load offset=18432 (local.get $field)))
          (local.set $negative (i32.eq (i32.load8_u (local.get $at)) (i32.const 0x2d)))
          (local.set $at (i32.add (local.get $at) (local.get $negative)))
          (local.set $length (i32.sub (local.get $end) (local.get $at)))
          (br_if $done (i32.gt_u (i32.sub (local.get $length) (i32.const 1)) (i32.const 23)))
          (local.set $word (i64.xor (i64.load (local.get $at)) (i64.const 0x3030303030303030)))
          (local.set $count (i32.shr_u (i32.wrap_i64 (i64.ctz (call $wrong (local.get $word)))) (i32.const 3)))
          (if (i32.gt_u (local.get $count) (local.get $length))
            (then (local.set $count (local.get $length))))
          (br_if $done (i32.eqz (local.get $count)))
          (local.set $value
            (call $eight
              (i64.shl
                (local.get $word)
                (i64.extend_i32_u (i32.shl (i32.sub (i32.const 8) (local.get $count)) (i32.const 3))))))
          (local.set $at (i32.add (local.get $at) (local.get $count)))
          ;; More than eight digits in front of the point.
          (if (i32.eq (local.get $count) (i32.const 8))
            (then
              (block $last
                (loop $digit
                  (br_if $last (i32.ge_u (local.get $at) (local.get $end)))
                  (local.set $scale (i32.sub (i32.load8_u (local.get $at)) (i32.const 0x30)))
                  (br_if $last (i32.gt_u (local.get $scale) (i32.const 9)))
                  (local.set $value
                    (i64.add
                      (i64.mul (local.get $value) (i64.const 10))
                      (i64.extend_i32_u (local.get $scale))))
                  (local.set $count (i32.add (local.get $count) (i32.const 1)))
                  (local.set $at (i32.add (local.get $at) (i32.const 1)))
                  (br $digit)))
              (br_if $done (i32.gt_u (local.get $count) (i32.const 19)))))
          (local.set $scale (i32.const 0))
          (if (i32.ne (local.get $at) (local.get $end))
            (then
              (br_if $done (i32.ne (i32.load8_u (local.get $at)) (i32.const 0x2e)))
              (local.set $at (i32.add (local.get $at) (i32.const 1)))
              (local.set $length (i32.sub (local.get $end) (local.get $at)))
              (local.set $scale (local.get $length))
              (br_if $done (i32.gt_u (i32.sub (local.get $length) (i32.const 1)) (i32.const 21)))
              ;; More digits fit when those in front are zeros.
              (local.set $limit (i64.const -1))
              (if (i32.gt_u (i32.add (local.get $count) (local.get $length)) (i32.const 19))
                (then
                  (br_if $done (i64.ne (local.get $value) (i64.const 0)))
                  (local.set $limit (i64.const 99999))))
              (loop $part
                (local.set $count (local.get $length))
                (if (i32.gt_u (local.get $count) (i32.const 8)) (then (local.set $count (i32.const 8))))
                (local.set $word
                  (i64.shl
                    (i64.xor (i64.load (local.get $at)) (i64.const 0x3030303030303030))
                    (i64.extend_i32_u (i32.shl (i32.sub (i32.const 8) (local.get $count)) (i32.const 3)))))
                (br_if $done (i64.ne (call $wrong (local.get $word)) (i64.const 0)))
                (local.set $value
                  (i64.add
                    (i64.mul
                      (local.get $value)
                      (i64.load offset=512 (i32.shl (local.get $count) (i32.const 3))))
                    (call $eight (local.get $word))))
                (br_if $done (i64.gt_u (local.get $value) (local.get $limit)))
                (local.set $limit (i64.const -1))
                (local.set $at (i32.add (local.get $at) (local.get $count)))
                (local.set $length (i32.sub (local.get $length) (local.get $count)))
                (br_if $part (local.get $length)))))
          (if (i64.ne (local.get $value) (i64.const 0))
            (then (local.set $value (call $nearest (local.get $value) (local.get $scale)))))))
      (local.set $value
        (i64.or
          (local.get $value)
          (i64.shl (i64.extend_i32_u (local.get $negative)) (i64.const 63))))
      (if (local.get $single)
        (then
          (f64.store
            (local.get $into)
            (f64.promote_f32 (f32.demote_f64 (f64.reinterpret_i64 (local.get $value))))))
        (else (i64.store (local.get $into) (local.get $value))))
      (local.set $into (i32.add (local.get $into) (i32.const 8)))
      (local.set $field (i32.add (local.get $field) (i32.const 4)))
      (local.set $row (i32.add (local.get $row) (i32.const 1)))
      (br $next)))
  (local.get $row))
