;; What fills typed columns, a few rows at a time. Fields are found first; then each column has a loop of its own.
;;
;; Memory: powers of five at 0, the number of rows found at 1016, where fields start at 2048 and end at 18432 (-1: NULL),
;; a byte a column for NULLs at 34816, what a loop makes at 38912, texts at 43008, what was received from 108640 on.
;; Loads may reach up to 16 bytes beyond a field, on both sides: that is memory, too.
;;
;; A loop answers how many rows it has done. The one that it stops at is spelled in a way that is rare, or wrong: it is
;; for the caller to read, by the plain loop, which says what is wrong.
(memory (export "memory") 3)

(func $networkInt32 (param $at i32) (result i32) (local $word i32)
  (local.set $word (i32.load (local.get $at)))
  (i32.or
    (i32.and (i32.rotl (local.get $word) (i32.const 8)) (i32.const 0x00ff00ff))
    (i32.and (i32.rotl (local.get $word) (i32.const 24)) (i32.const 0xff00ff00))))

;; Finds the fields of at most so many rows; answers where the first row begins that is not whole, or not sound.
(func $find (export "find")
  (param $at i32) (param $end i32) (param $columns i32) (param $stride i32) (param $most i32) (result i32)
  (local $row i32) (local $rowEnd i32) (local $field i32) (local $column i32) (local $slot i32) (local $length i32)
  (local.set $stride (i32.shl (local.get $stride) (i32.const 2)))
  (block $done
    (loop $rows
      (br_if $done (i32.ge_u (local.get $row) (local.get $most)))
      (br_if $done (i32.lt_s (i32.sub (local.get $end) (local.get $at)) (i32.const 7)))
      (local.set $length (call $networkInt32 (i32.add (local.get $at) (i32.const 1))))
      (br_if $done (i32.ge_u (local.get $length) (i32.sub (local.get $end) (local.get $at))))
      (local.set $rowEnd (i32.add (i32.add (local.get $at) (i32.const 1)) (local.get $length)))
      (local.set $field (i32.add (local.get $at) (i32.const 7)))
      (local.set $slot (i32.shl (local.get $row) (i32.const 2)))
      (local.set $column (i32.const 0))
      (block $complete
        (loop $fields
          (br_if $complete (i32.ge_u (local.get $column) (local.get $columns)))
          (br_if $done (i32.lt_s (i32.sub (local.get $rowEnd) (local.get $field)) (i32.const 4)))
          (local.set $length (call $networkInt32 (local.get $field)))
          (local.set $field (i32.add (local.get $field) (i32.const 4)))
          (if (i32.eq (local.get $length) (i32.const -1))
            (then
              (i32.store offset=2048 (local.get $slot) (i32.const -1))
              (i32.store8 offset=34816 (local.get $column) (i32.const 1)))
            (else
              (br_if $done (i32.gt_u (local.get $length) (i32.sub (local.get $rowEnd) (local.get $field))))
              (i32.store offset=2048 (local.get $slot) (local.get $field))
              (local.set $field (i32.add (local.get $field) (local.get $length)))
              (i32.store offset=18432 (local.get $slot) (local.get $field))))
          (local.set $column (i32.add (local.get $column) (i32.const 1)))
          (local.set $slot (i32.add (local.get $slot) (local.get $stride)))
          (br $fields)))
      (br_if $done (i32.ne (local.get $field) (local.get $rowEnd)))
      (local.set $row (i32.add (local.get $row) (i32.const 1)))
      (local.set $at (local.get $rowEnd))
      (br $rows)))
  (i32.store (i32.const 1016) (local.get $row))
  (local.get $at))
