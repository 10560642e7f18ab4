// A plan of many steps: whether boxes overlap, and how large their names are.

export default async function ({ open }, { url, view, width }) {
    const { page, problems, close } = await open({ url, view, width });
    await page.waitForSelector('.plan .step');
    const shown = await page.evaluate(() => {
        const boxes = [...document.querySelectorAll('.plan .step .box')].map(box => box.getBoundingClientRect());
        const overlaps = boxes.flatMap((box, i) =>
            boxes
                .slice(i + 1)
                .filter(other => box.left < other.right && other.left < box.right && box.top < other.bottom && other.top < box.bottom),
        ).length;
        const scale = boxes[0].width / 166;
        const frame = document.querySelector('.plan-frame');
        return {
            steps: boxes.length,
            overlaps,
            letters: 13.5 * scale,
            scrolls: frame.scrollWidth > frame.clientWidth,
            page: document.documentElement.scrollWidth,
        };
    });
    await close();
    return { ...shown, problems };
}
