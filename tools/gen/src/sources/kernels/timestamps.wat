;; Microseconds since 2000 of `YYYY-MM-DD HH:MM:SS[.ffffff][±HH[:MM]]`, between the years 1714 and 2285.
(func $timestamps (export "timestamps")
  (param $field i32) (param $rows i32) (param $into i32) (result i32)
  (local $row i32) (local $start i32) (local $end i32) (local $days i32) (local $month i32) (local $day i32)
  (local $second i32) (local $year i32) (local $left i32) (local $count i32) (local $offset i32)
  (local $date i64) (local $clock i64) (local $fraction i64) (local $value i64)
  (block $done
    (loop $next
      (br_if $done (i32.ge_u (local.get $row) (local.get $rows)))
      (local.set $start (i32.load offset=2048 (local.get $field)))
      (local.set $value (i64.const 0))
      (if (i32.ge_s (local.get $start) (i32.const 0))
        (then
          (local.set $end (i32.load offset=18432 (local.get $field)))
          (local.set $left (i32.sub (i32.sub (local.get $end) (local.get $start)) (i32.const 19)))
          (br_if $done (i32.lt_s (local.get $left) (i32.const 0)))
          ;; Nothing is left of a separator that is where it should be, and of a digit its number.
          (local.set $date (i64.xor (i64.load (local.get $start)) (i64.const 0x2d30302d30303030)))
          (local.set $clock (i64.xor (i64.load offset=8 (local.get $start)) (i64.const 0x30303a3030203030)))
          (local.set $second (i32.xor (i32.load offset=15 (local.get $start)) (i32.const 0x30303a30)))
          (br_if $done
            (i64.ne
              (i64.or
                (i64.or
                  (i64.and
                    (i64.or (local.get $date) (i64.add (local.get $date) (i64.const 0x0006060006060606)))
                    (i64.const 0xfff0f0fff0f0f0f0))
                  (i64.and
                    (i64.or (local.get $clock) (i64.add (local.get $clock) (i64.const 0x0606000606000606)))
                    (i64.const 0xf0f0fff0f0fff0f0)))
                (i64.extend_i32_u
                  (i32.and
                    (i32.or (local.get $second) (i32.add (local.get $second) (i32.const 0x06060006)))
                    (i32.const 0xf0f0fff0))))
              (i64.const 0)))
          ;; Each byte is now ten times what it was, and what the next one is.
          (local.set $date
            (i64.add (i64.mul (local.get $date) (i64.const 10)) (i64.shr_u (local.get $date) (i64.const 8))))
          (local.set $clock
            (i64.add (i64.mul (local.get $clock) (i64.const 10)) (i64.shr_u (local.get $clock) (i64.const 8))))
          (local.set $year
            (i32.add
              (i32.mul (i32.and (i32.wrap_i64 (local.get $date)) (i32.const 255)) (i32.const 100))
              (i32.and (i32.wrap_i64 (i64.shr_u (local.get $date) (i64.const 16))) (i32.const 255))))
          (local.set $month (i32.and (i32.wrap_i64 (i64.shr_u (local.get $date) (i64.const 40))) (i32.const 255)))
          (local.set $day (i32.and (i32.wrap_i64 (local.get $clock)) (i32.const 255)))
          (br_if $done (i32.gt_u (i32.sub (local.get $year) (i32.const 1714)) (i32.const 571)))
          (br_if $done (i32.gt_u (i32.sub (local.get $month) (i32.const 1)) (i32.const 11)))
          (br_if $done (i32.gt_u (i32.sub (local.get $day) (i32.const 1)) (i32.const 30)))
          ;; The year begins in March: a leap day is its last one.
          (if (i32.gt_u (local.get $month) (i32.const 2))
            (then (local.set $month (i32.sub (local.get $month) (i32.const 3))))
            (else
              (local.set $month (i32.add (local.get $month) (i32.const 9)))
              (local.set $year (i32.sub (local.get $year) (i32.const 1)))))
          (local.set $days
            (i32.add
              (i32.add
                (i32.sub
                  (i32.add
                    (i32.mul (local.get $year) (i32.const 365))
                    (i32.div_u (local.get $year) (i32.const 4)))
                  (i32.div_u (local.get $year) (i32.const 100)))
                (i32.div_u (local.get $year) (i32.const 400)))
              (i32.sub
                (i32.add
                  (i32.div_u
                    (i32.add (i32.mul (local.get $month) (i32.const 153)) (i32.const 2))
                    (i32.const 5))
                  (local.get $day))
                (i32.const 730426))))
          (local.set $second
            (i32.add
              (i32.mul
                (i32.add
                  (i32.mul
                    (i32.and (i32.wrap_i64 (i64.shr_u (local.get $clock) (i64.const 24))) (i32.const 255))
                    (i32.const 60))
                  (i32.and (i32.wrap_i64 (i64.shr_u (local.get $clock) (i64.const 48))) (i32.const 255)))
                (i32.const 60))
              (i32.add
                (i32.mul
                  (i32.and (i32.shr_u (local.get $second) (i32.const 16)) (i32.const 255))
                  (i32.const 10))
                (i32.shr_u (local.get $second) (i32.const 24)))))
          (local.set $fraction (i64.const 0))
          (local.set $offset (i32.const 0))
          (local.set $start (i32.add (local.get $start) (i32.const 19)))
          (if (i32.and
                (i32.ne (local.get $left) (i32.const 0))
                (i32.eq (i32.load8_u (local.get $start)) (i32.const 0x2e)))
            (then
              (local.set $fraction
                (i64.xor (i64.load offset=1 (local.get $start)) (i64.const 0x3030303030303030)))
              ;; Behind the digits stands an offset, or the value ends.
              (local.set $count
                (i32.shr_u (i32.wrap_i64 (i64.ctz (call $wrong (local.get $fraction)))) (i32.const 3)))
              (local.set $left (i32.sub (local.get $left) (i32.const 1)))
              (if (i32.gt_u (local.get $count) (local.get $left))
                (then (local.set $count (local.get $left))))
              (br_if $done (i32.gt_u (i32.sub (local.get $count) (i32.const 1)) (i32.const 5)))
              (local.set $fraction
                (call $eight
                  (i64.and
                    (local.get $fraction)
                    (i64.sub
                      (i64.shl (i64.const 1) (i64.extend_i32_u (i32.shl (local.get $count) (i32.const 3))))
                      (i64.const 1)))))
              ;; Eight digits, of which the last two are zeros: there is a multiplication for that, too.
              (local.set $fraction
                (i64.shr_u (i64.mul (local.get $fraction) (i64.const 42949673)) (i64.const 32)))
              (local.set $left (i32.sub (local.get $left) (local.get $count)))
              (local.set $start (i32.add (local.get $start) (i32.add (local.get $count) (i32.const 1))))))
          (if (local.get $left)
            (then
              (local.set $year (i32.sub (i32.load8_u (local.get $start)) (i32.const 0x2b)))
              ;; Plus or minus.
              (br_if $done (i32.ne (i32.and (local.get $year) (i32.const -3)) (i32.const 0)))
              (local.set $month (i32.xor (i32.load (local.get $start)) (i32.const 0x3a303000)))
              (br_if $done
                (i32.ne
                  (i32.and
                    (i32.or (local.get $month) (i32.add (local.get $month) (i32.const 0x00060600)))
                    (i32.const 0x00f0f000))
                  (i32.const 0)))
              (local.set $offset
                (i32.mul
                  (i32.add
                    (i32.mul
                      (i32.and (i32.shr_u (local.get $month) (i32.const 8)) (i32.const 15))
                      (i32.const 10))
                    (i32.and (i32.shr_u (local.get $month) (i32.const 16)) (i32.const 15)))
                  (i32.const 3600)))
              (if (i32.ne (local.get $left) (i32.const 3))
                (then
                  (br_if $done (i32.ne (local.get $left) (i32.const 6)))
                  (br_if $done (i32.ge_u (local.get $month) (i32.const 0x01000000)))
                  (local.set $month (i32.xor (i32.load offset=2 (local.get $start)) (i32.const 0x30303a00)))
                  (br_if $done
                    (i32.ne
                      (i32.and
                        (i32.or (local.get $month) (i32.add (local.get $month) (i32.const 0x06060000)))
                        (i32.const 0xf0f00000))
                      (i32.const 0)))
                  (local.set $offset
                    (i32.add
                      (local.get $offset)
                      (i32.mul
                        (i32.add
                          (i32.mul
                            (i32.and (i32.shr_u (local.get $month) (i32.const 16)) (i32.const 15))
                            (i32.const 10))
                          (i32.shr_u (local.get $month) (i32.const 24)))
                        (i32.const 60))))))
              (if (i32.eqz (local.get $year))
                (then (local.set $offset (i32.sub (i32.const 0) (local.get $offset)))))))
          (local.set $value
            (i64.add
              (i64.mul
                (i64.add
                  (i64.mul (i64.extend_i32_s (local.get $days)) (i64.const 86400))
                  (i64.extend_i32_s (i32.add (local.get $second) (local.get $offset))))
                (i64.const 1000000))
              (local.get $fraction)))
          (br_if $done
            (i64.gt_u
              (i64.add (local.get $value) (i64.const 9007199254740991))
              (i64.const 18014398509481982)))))
      (i64.store (local.get $into) (local.get $value))
      (local.set $into (i32.add (local.get $into) (i32.const 8)))
      (local.set $field (i32.add (local.get $field) (i32.const 4)))
      (local.set $row (i32.add (local.get $row) (i32.const 1)))
      (br $next)))
  (local.get $row))
