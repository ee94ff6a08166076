;; The number of eight digits; the first one is the lowest byte.
(func $eight (param $digits i64) (result i64)
  (local.set $digits
    (i64.and
      (i64.shr_u (i64.mul (local.get $digits) (i64.const 2561)) (i64.const 8))
      (i64.const 0x00ff00ff00ff00ff)))
  (local.set $digits
    (i64.and
      (i64.shr_u (i64.mul (local.get $digits) (i64.const 6553601)) (i64.const 16))
      (i64.const 0x0000ffff0000ffff)))
  (i64.shr_u (i64.mul (local.get $digits) (i64.const 42949672960001)) (i64.const 32)))

;; A bit in the upper half of each byte that is no digit; behind the first of them there may be more.
(func $wrong (param $digits i64) (result i64)
  (i64.and
    (i64.or (local.get $digits) (i64.add (local.get $digits) (i64.const 0x0606060606060606)))
    (i64.const 0xf0f0f0f0f0f0f0f0)))

;; The last one to eight bytes in front of `end`, less what makes digits of numbers; zeros stand in for the others.
(func $lastDigits (param $end i32) (param $count i32) (result i64) (local $others i64)
  (local.set $others (i64.extend_i32_u (i32.shl (i32.sub (i32.const 8) (local.get $count)) (i32.const 3))))
  (i64.shl
    (i64.shr_u
      (i64.xor (i64.load (i32.sub (local.get $end) (i32.const 8))) (i64.const 0x3030303030303030))
      (local.get $others))
    (local.get $others)))

;; Decimal integers of up to sixteen digits: int4 as 32 bits (`wide` 0), of eleven bytes at most, or int8.
(func $integers (export "integers")
  (param $field i32) (param $rows i32) (param $into i32) (param $wide i32) (result i32)
  (local $row i32) (local $start i32) (local $end i32) (local $length i32) (local $negative i32)
  (local $word i64) (local $upper i64) (local $value i64)
  (block $done
    (loop $next
      (br_if $done (i32.ge_u (local.get $row) (local.get $rows)))
      (local.set $start (i32.load offset=2048 (local.get $field)))
      (local.set $value (i64.const 0))
      (if (i32.ge_s (local.get $start) (i32.const 0))
        (then
          (local.set $end (i32.load offset=18432 (local.get $field)))
          (local.set $length (i32.sub (local.get $end) (local.get $start)))
          (br_if $done
            (i32.and (i32.eqz (local.get $wide)) (i32.gt_u (local.get $length) (i32.const 11))))
          (local.set $negative (i32.eq (i32.load8_u (local.get $start)) (i32.const 0x2d)))
          (local.set $length (i32.sub (local.get $length) (local.get $negative)))
          (br_if $done (i32.gt_u (i32.sub (local.get $length) (i32.const 1)) (i32.const 15)))
          (if (i32.gt_u (local.get $length) (i32.const 8))
            (then
              (local.set $upper
                (call $lastDigits
                  (i32.sub (local.get $end) (i32.const 8))
                  (i32.sub (local.get $length) (i32.const 8))))
              (br_if $done (i64.ne (call $wrong (local.get $upper)) (i64.const 0)))
              (local.set $value (i64.mul (call $eight (local.get $upper)) (i64.const 100000000)))
              (local.set $length (i32.const 8))))
          (local.set $word (call $lastDigits (local.get $end) (local.get $length)))
          (br_if $done (i64.ne (call $wrong (local.get $word)) (i64.const 0)))
          (local.set $value (i64.add (local.get $value) (call $eight (local.get $word))))
          (if (local.get $negative) (then (local.set $value (i64.sub (i64.const 0) (local.get $value)))))))
      (if (local.get $wide)
        (then
          (i64.store (local.get $into) (local.get $value))
          (local.set $into (i32.add (local.get $into) (i32.const 8))))
        (else
          (i32.store (local.get $into) (i32.wrap_i64 (local.get $value)))
          (local.set $into (i32.add (local.get $into) (i32.const 4)))))
      (local.set $field (i32.add (local.get $field) (i32.const 4)))
      (local.set $row (i32.add (local.get $row) (i32.const 1)))
      (br $next)))
  (local.get $row))
