// Asks each lookup of a job by its form.

import { readFile } from 'node:fs/promises';

export default async function ({ open, axe }, { url, job }) {
    const { page, problems, close } = await open({ url, view: `jobs/${job}/lookups` });
    const ask = async (name, question, at) => {
        const card = page.locator('section.card', { has: page.locator(`h2:text-is("${name}")`) });
        await card.locator('input').first().fill(question);
        if (at) await card.locator('input').nth(1).fill(at);
        await card.locator('input').first().press('Enter');
        return card;
    };
    const spending = await ask('spending', 'ada', '2026-01-01 12:01:00');
    const row = spending.locator('[aria-label^="Answer"] tbody tr').first();
    await row.waitFor();
    const features = await row.locator('th, td').allTextContents();
    const drinks = await ask('drinks', '1,0');
    const nearest = await drinks.locator('[aria-label^="Answer"] tbody td').first().textContent();
    const flags = await ask('flags', 'perhaps');
    const refused = await flags.locator('[role=status]:not(:empty)').textContent();
    await page.evaluate(await readFile(axe, 'utf8'));
    const violations = await page.evaluate(async () => (await globalThis.axe.run(document)).violations.map(found => found.id));
    await close();
    return { features, nearest, refused, violations, problems: problems.filter(problem => !problem.includes('422')) };
}
