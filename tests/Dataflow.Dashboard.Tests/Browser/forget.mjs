// Has a stopped job forget its checkpoints: with a wrong name, then with the right one.

export default async function ({ open }, { url, job, token }) {
    const { page, problems, close } = await open({ url, view: `jobs/${job}/overview` });
    await page.locator('text="Forget…"').focus();
    await page.keyboard.press('Enter');
    await page.keyboard.type('other');
    await page.fill('#dialogToken', token);
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => document.getElementById('dialogError').textContent);
    const refused = await page.locator('#dialogError').textContent();
    await page.fill('#dialogName', job);
    await page.focus('#dialogToken');
    await page.keyboard.press('Enter');
    await page.waitForSelector('#dialog', { state: 'hidden' });
    const said = await page.locator('.title [role=status]').textContent();
    await close();
    return { refused, said, problems: problems.filter(problem => !problem.includes('422')) };
}
