// What a view shows: its tables, main numbers, diagnosis and graph, as texts.

export default async function ({ open }, { url, view }) {
    const { page, problems, close } = await open({ url, view });
    await page.waitForFunction(() => document.querySelector('.tile .value')?.textContent);
    await page.waitForFunction(() =>
        [...document.querySelectorAll('table')].every(table => table.closest('.scroll').hidden || table.rows.length > 1),
    );
    const shown = await page.evaluate(() => ({
        tables: [...document.querySelectorAll('table')].map(table =>
            [...table.rows].map(row => [...row.cells].map(cell => cell.textContent)),
        ),
        tiles: [...document.querySelectorAll('.tile')].map(tile => [...tile.children].slice(0, 3).map(part => part.textContent)),
        figures: [...document.querySelectorAll('.figures > div')].map(item => [item.firstChild.textContent, item.lastChild.textContent]),
        charts: [...document.querySelectorAll('.chart figcaption')].map(head => [...head.children].map(part => part.textContent)),
        refused: [...document.querySelectorAll('main .refused')].map(text => text.textContent),
        findings: [...document.querySelectorAll('.findings li')].map(item => item.textContent),
        announced: document.getElementById('announce').textContent,
        state: document.querySelector('.state').textContent,
        steps: [...document.querySelectorAll('.plan .step')].map(step => step.getAttribute('aria-label')),
        slow: [...document.querySelectorAll('.plan .step.slow .name')].map(name => name.textContent),
    }));
    await close();
    return { ...shown, problems };
}
