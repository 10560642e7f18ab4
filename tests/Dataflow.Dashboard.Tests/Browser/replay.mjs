// Replays one group of dead letters by keyboard, then all.

export default async function ({ open }, { url, job, token }) {
    const { page, problems, close } = await open({ url, view: `jobs/${job}/leftout` });
    const letters = page.locator('section', { hasText: 'Dead letters' }).last();
    await letters.locator('tbody tr').nth(1).waitFor();
    const counts = () =>
        letters.locator('tbody tr').evaluateAll(rows => rows.map(row => `${row.cells[1].textContent} ${row.cells[2].textContent}`));
    const before = await counts();
    const said = [];
    for (const button of [letters.locator('text="Replay…"').first(), letters.locator('text="Replay all…"')]) {
        await button.focus();
        await page.keyboard.press('Enter');
        await page.keyboard.type(token);
        await page.keyboard.press('Enter');
        await page.waitForSelector('#dialog', { state: 'hidden' });
        said.push(await letters.locator('[role=status]').textContent());
        await letters.locator('tbody tr td:nth-child(3):text-is("1")').nth(said.length - 1).waitFor();
    }
    const after = await counts();
    const buttons = await letters.locator('button:visible').count();
    await close();
    return { before, said, after, buttons, problems };
}
