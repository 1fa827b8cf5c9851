/** What a page must not have: findings of axe, targets smaller than a thumb. */
import axe from 'axe-core';

import type { Driver } from './driver.ts';

const THUMB = 44;

/** Serious and critical findings as lines: rule, and where. */
export async function findingsOf(easel: Driver): Promise<string[]> {
  // Through the debugger: the page's policy would refuse a script tag.
  await easel.page.evaluate(axe.source);
  return easel.page.evaluate(async () => {
    const { violations } = await (window as unknown as { axe: typeof axe }).axe.run(document, {
      resultTypes: ['violations'],
    });
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target.join(' ')} ${node.failureSummary ?? ''}`));
  });
}

/** Controls in sight that are smaller than a thumb, as `name width×height`. */
export function smallTargetsOf(easel: Driver): Promise<string[]> {
  return easel.page.evaluate((least) => {
    const small: string[] = [];
    for (const control of document.querySelectorAll(
      'button, input, textarea, [role="combobox"], [role="option"], [role="menuitem"]',
    )) {
      const { width, height, left, right } = control.getBoundingClientRect();
      const isHidden = width <= 1 || control.closest('[aria-hidden="true"], [data-base-ui-inert], [inert]') !== null;
      // The range input of a slider lies under its thumb; the thumb's row is the target.
      if (isHidden || control.matches('[type="range"]')) continue;
      if (width < least - 0.5 || height < least - 0.5) {
        small.push(`${control.getAttribute('aria-label') ?? control.textContent ?? control.id} ${width}×${height}`);
      }
      if (left < -0.5 || right > window.innerWidth + 0.5) small.push(`${control.textContent} is cut off`);
    }
    return small;
  }, THUMB);
}
