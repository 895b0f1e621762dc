import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createBudget } from '../../src/pipeline/index.ts';

test('never exceeds its capacity, and serves requests in order', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 20 }),
      fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 20 }),
      fc.scheduler(),
      async (capacity, amounts, scheduler) => {
        const budget = createBudget(capacity);
        let used = 0;
        const requests = amounts.map((amount) =>
          budget.use(amount, async () => {
            used += Math.min(amount, capacity);
            expect(used).toBeLessThanOrEqual(capacity);
            await scheduler.schedule(Promise.resolve());
            used -= Math.min(amount, capacity);
            return amount;
          }),
        );
        expect(await scheduler.waitFor(Promise.all(requests))).toEqual(amounts);
      },
    ),
  );
});

test('gets back the share of failed work', async () => {
  const budget = createBudget(10);
  await expect(budget.use(10, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await budget.use(10, async () => 'next')).toBe('next');
});

test('never serves a small request before an earlier large one', async () => {
  const budget = createBudget(10);
  const order: string[] = [];
  const run = (name: string, amount: number) =>
    budget.use(amount, async () => {
      order.push(name);
      await Promise.resolve();
    });
  await Promise.all([run('first', 6), run('large', 10), run('small', 1)]);
  expect(order).toEqual(['first', 'large', 'small']);
});

describe('a share', () => {
  test('takes what is free and never waits', async () => {
    const budget = createBudget(10);
    const [one, other] = [budget.openShare(), budget.openShare()];
    expect(one.resize(6)).toBe(true);
    expect(other.resize(5)).toBe(false);
    expect(other.resize(4)).toBe(true);
    expect(one.resize(7)).toBe(false);
    other.release();
    expect(one.resize(10)).toBe(true);
    one.release();
    one.release();
    expect(await budget.use(10, async () => 'all of it')).toBe('all of it');
  });

  test('may exceed the whole budget if it is alone', () => {
    const budget = createBudget(10);
    const [one, other] = [budget.openShare(), budget.openShare()];
    expect(one.resize(1)).toBe(true);
    expect(other.resize(1_000)).toBe(false);
    one.release();
    expect(other.resize(1_000)).toBe(true);
    expect(one.resize(1)).toBe(false);
  });

  test('never starves waiting work, however many shares there are', async () => {
    const budget = createBudget(10);
    const shares = Array.from({ length: 10 }, () => budget.openShare());
    for (const share of shares) expect(share.resize(1)).toBe(true);
    let hasRun = false;
    const waiting = budget.use(10, async () => {
      hasRun = true;
    });
    // Each slot that is released is requested again immediately.
    for (const share of shares) {
      expect(hasRun).toBe(false);
      share.release();
      budget.openShare().resize(1);
    }
    await waiting;
    expect(hasRun).toBe(true);
  });
});
