// Each view at a width and in a scheme: what axe finds, whether it is wider than the screen, what goes wrong.

import { readFile } from 'node:fs/promises';

export default async function ({ open, axe }, { url, views, width, scheme }) {
    const { page, problems, close } = await open({ url, view: views[0], width, scheme });
    await page.evaluate(await readFile(axe, 'utf8')); // not as a script of the page, which its policy forbids
    const found = [];
    for (const view of views) {
        await page.evaluate(hash => {
            location.hash = hash;
        }, `#/${view}`);
        await page.waitForFunction(name => document.querySelector('nav [aria-current]')?.href.endsWith(name), view);
        await page.waitForFunction(() => document.querySelector('.tile .value')?.textContent);
        await page.waitForTimeout(50);
        const violations = await page.evaluate(async () =>
            (await globalThis.axe.run(document)).violations.map(
                violation =>
                    `${violation.id}: ${violation.nodes.map(node => `${node.html.slice(0, 160)} ${node.failureSummary}`).join(' | ')}`,
            ),
        );
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        found.push({ view, violations, overflow, heading: await page.locator('h1').textContent() });
    }
    await close();
    return { found, problems };
}
