;; Puts texts one behind the other and says where each ends, counted from `used` on; answers where the last one ends.
(func $texts (export "texts")
  (param $field i32) (param $rows i32) (param $into i32) (param $used i32) (result i32)
  (local $at i32) (local $end i32) (local $to i32) (local $last i32)
  (local.set $to (i32.sub (i32.const 43008) (local.get $used)))
  (local.set $last (i32.add (local.get $field) (i32.shl (local.get $rows) (i32.const 2))))
  (block $done
    (loop $next
      (br_if $done (i32.ge_u (local.get $field) (local.get $last)))
      (local.set $at (i32.load offset=2048 (local.get $field)))
      (if (i32.ge_s (local.get $at) (i32.const 0))
        (then
          (local.set $end (i32.load offset=18432 (local.get $field)))
          (block $copied
            (loop $word
              (br_if $copied (i32.ge_u (local.get $at) (local.get $end)))
              (i64.store (i32.add (local.get $to) (local.get $used)) (i64.load (local.get $at)))
              (local.set $at (i32.add (local.get $at) (i32.const 8)))
              (local.set $used (i32.add (local.get $used) (i32.const 8)))
              (br $word)))
          ;; Whole words were copied, and perhaps a little more than the text.
          (local.set $used (i32.sub (local.get $used) (i32.sub (local.get $at) (local.get $end))))))
      (i32.store (local.get $into) (local.get $used))
      (local.set $into (i32.add (local.get $into) (i32.const 4)))
      (local.set $field (i32.add (local.get $field) (i32.const 4)))
      (br $next)))
  (local.get $used))
