# SPDX-License-Identifier: GPL-2.0-or-later
"""Scripts that tell what is wrong with the looks of the page that a browser shows."""

OPEN_ALL = "document.querySelectorAll('details').forEach(one => { one.open = true; })"

TOO_WIDE = "document.documentElement.scrollWidth > innerWidth ? ['the page is too wide'] : []"

_COMMON = """
const shown = element => element.getClientRects().length > 0
    && getComputedStyle(element).visibility === 'visible'
    && element.getBoundingClientRect().width > 1;
const said = element => element.textContent.trim().slice(0, 40);
const drawn = [...document.querySelectorAll('svg text')].filter(shown);
const written = [];
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (walker.currentNode.data.trim() && !element.closest('svg') && shown(element))
        written.push(element);
}
"""

UNREADABLE = f"""(() => {{ {_COMMON}
const channels = colour => colour.match(/[\\d.]+/g).map(Number);
const clear = colour => colour === 'none' || channels(colour)[3] === 0;
const light = colour => {{
    const [r, g, b] = channels(colour).slice(0, 3).map(one => one / 255).map(
        one => one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}};
const ratio = (one, other) => {{
    const [dark, bright] = [light(one), light(other)].sort((a, b) => a - b);
    return (bright + 0.05) / (dark + 0.05);
}};
const ground = element => {{
    for (; element; element = element.parentElement) {{
        const colour = getComputedStyle(element).backgroundColor;
        if (!clear(colour)) return colour;
    }}
    return 'rgb(255, 255, 255)';
}};
const below = text => {{
    const box = text.getBoundingClientRect();
    const [x, y] = [(box.left + box.right) / 2, (box.top + box.bottom) / 2];
    let found = ground(text.closest('svg').parentElement);
    for (const rect of text.closest('svg').querySelectorAll('rect')) {{
        const place = rect.getBoundingClientRect();
        const before = rect.compareDocumentPosition(text) & Node.DOCUMENT_POSITION_FOLLOWING;
        const fill = getComputedStyle(rect).fill;
        if (before && !clear(fill) && place.left <= x && x <= place.right
            && place.top <= y && y <= place.bottom) found = fill;
    }}
    return found;
}};
const bad = [];
for (const one of written) {{
    const found = ratio(getComputedStyle(one).color, ground(one));
    if (found < 4.5) bad.push(`${{said(one)}}: contrast ${{found.toFixed(1)}}`);
}}
for (const one of drawn) {{
    const found = ratio(getComputedStyle(one).fill, below(one));
    if (found < 4.5) bad.push(`${{said(one)}}: contrast ${{found.toFixed(1)}}`);
}}
return bad;
}})()"""
"""Text whose contrast with what is behind it is below 4.5, as WCAG 2 asks."""

TOO_SMALL = f"""(() => {{ {_COMMON}
const bad = [];
for (const one of written) {{
    const size = parseFloat(getComputedStyle(one).fontSize);
    if (size < 12) bad.push(`${{said(one)}}: ${{size}} pixels`);
}}
for (const one of drawn) {{
    const scale = Math.abs(one.getScreenCTM().a) + Math.abs(one.getScreenCTM().b);
    const size = parseFloat(getComputedStyle(one).fontSize) * scale;
    if (size < 8.9) bad.push(`${{said(one)}}: ${{size.toFixed(1)}} pixels`);
}}
return bad;
}})()"""
"""Text of less than 12 pixels, or 8.9 in a picture, which can be zoomed without loss."""

OVERLAPPING = f"""(() => {{ {_COMMON}
const bad = [];
for (const svg of document.querySelectorAll('svg')) {{
    const whole = svg.getBoundingClientRect();
    const boxes = drawn.filter(one => one.closest('svg') === svg).map(
        one => [one, one.getBoundingClientRect()]);
    boxes.forEach(([one, box], place) => {{
        if (box.left < whole.left - 1 || box.right > whole.right + 1
            || box.top < whole.top - 1 || box.bottom > whole.bottom + 1)
            bad.push(`${{said(one)}} leaves its picture`);
        for (const [other, their] of boxes.slice(place + 1)) {{
            const across = Math.min(box.right, their.right) - Math.max(box.left, their.left);
            const down = Math.min(box.bottom, their.bottom) - Math.max(box.top, their.top);
            if (across > 1 && down > 4) bad.push(`${{said(one)}} is over ${{said(other)}}`);
        }}
    }});
}}
return bad;
}})()"""
"""Labels of pictures that cover each other or leave the picture."""

UNREACHABLE = """[...document.body.querySelectorAll('*')].filter(one =>
    one.scrollWidth > one.clientWidth + 1
    && ['auto', 'scroll'].includes(getComputedStyle(one).overflowX)
    && one.tabIndex !== 0
).map(one => `<${one.localName}> scrolls, but not by the keyboard`)"""

ALL = {
    "too wide": TOO_WIDE,
    "unreadable": UNREADABLE,
    "too small": TOO_SMALL,
    "overlapping": OVERLAPPING,
    "unreachable": UNREACHABLE,
}
