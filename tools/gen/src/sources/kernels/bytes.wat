;; A byte a row: 1 where the first byte of the value says true, in text or in binary.
(func $booleans (export "booleans") (param $field i32) (param $rows i32) (param $into i32) (result i32)
  (local $at i32) (local $last i32) (local $value i32)
  (local.set $last (i32.add (local.get $into) (local.get $rows)))
  (block $done
    (loop $next
      (br_if $done (i32.ge_u (local.get $into) (local.get $last)))
      (local.set $at (i32.load offset=2048 (local.get $field)))
      (local.set $value (i32.const 0))
      (if (i32.ge_s (local.get $at) (i32.const 0))
        (then
          (local.set $value (i32.load8_u (local.get $at)))
          (local.set $value
            (i32.or
              (i32.eq (local.get $value) (i32.const 1))
              (i32.eq (local.get $value) (i32.const 0x74))))))
      (i32.store8 (local.get $into) (local.get $value))
      (local.set $into (i32.add (local.get $into) (i32.const 1)))
      (local.set $field (i32.add (local.get $field) (i32.const 4)))
      (br $next)))
  (local.get $rows))

;; A byte a row: 1 where it is NULL.
(func $nulls (export "nulls") (param $field i32) (param $rows i32) (param $into i32) (result i32)
  (local $last i32)
  (local.set $last (i32.add (local.get $into) (local.get $rows)))
  (block $done
    (loop $next
      (br_if $done (i32.ge_u (local.get $into) (local.get $last)))
      (i32.store8
        (local.get $into)
        (i32.shr_u (i32.load offset=2048 (local.get $field)) (i32.const 31)))
      (local.set $into (i32.add (local.get $into) (i32.const 1)))
      (local.set $field (i32.add (local.get $field) (i32.const 4)))
      (br $next)))
  (local.get $rows))
