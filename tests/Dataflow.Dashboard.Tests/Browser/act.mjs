// Stops a job by keyboard: with a wrong token, then with the right one.

export default async function ({ open }, { url, job, token }) {
    const { page, problems, close } = await open({ url, view: `jobs/${job}/overview` });
    await page.locator('text="Stop…"').focus();
    await page.keyboard.press('Enter');
    await page.keyboard.type('wrong');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => document.getElementById('dialogError').textContent);
    const refused = await page.locator('#dialogError').textContent();
    await page.fill('#dialogToken', token);
    await page.keyboard.press('Enter');
    await page.waitForSelector('#dialog', { state: 'hidden' });
    await close();
    return { refused, problems: problems.filter(problem => !problem.includes('401')) };
}
