// Two browsers look at a job that changes: what each sees at the end.

export default async function ({ open }, { url, view, until }) {
    const both = await Promise.all([open({ url, view }), open({ url, view, width: 390, scheme: 'dark' })]);
    const seen = await Promise.all(
        both.map(async ({ page }) => {
            await page.waitForFunction(text => document.querySelector('main').textContent.includes(text), until);
            return page.locator('.state').first().textContent();
        }),
    );
    const problems = both.flatMap(opened => opened.problems);
    await Promise.all(both.map(opened => opened.close()));
    return { seen, problems };
}
