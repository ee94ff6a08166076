import { expect, test } from 'vitest';
import { TrafficMeter } from './traffic.ts';

test('bytes both ways, and a round trip for what is sent after an answer', () => {
  const meter = new TrafficMeter();
  expect(meter.traffic).toEqual({ bytesSent: 0, bytesReceived: 0, roundTrips: 0, busyMs: 0 });
  meter.sent(10);
  meter.sent(5);
  meter.received(100);
  meter.received(1);
  meter.sent(2);
  expect(meter.traffic).toMatchObject({ bytesSent: 17, bytesReceived: 101, roundTrips: 2 });
});

test('time counts while a request has its turn, and stands still in between', () => {
  const meter = new TrafficMeter();
  meter.begin();
  const started = performance.now();
  while (performance.now() - started < 2);
  expect(meter.traffic.busyMs).toBeGreaterThanOrEqual(2);
  meter.end();
  const { busyMs } = meter.traffic;
  const later = performance.now();
  while (performance.now() - later < 2);
  expect(meter.traffic.busyMs).toBe(busyMs);
});
