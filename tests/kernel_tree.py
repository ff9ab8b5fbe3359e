# SPDX-License-Identifier: GPL-2.0-or-later
"""A tree laid out as a kernel's, made of the C port, and patches against it made by git."""

import re
import subprocess
from pathlib import Path

from models.kernel.source import port_source

MAKEFILE = "VERSION = 6\nPATCHLEVEL = 99\nSUBLEVEL = 1\nEXTRAVERSION =\n"
TEST = """\
// SPDX-License-Identifier: GPL-2.0-or-later
#include <linux/xarray.h>
#include <linux/module.h>

static unsigned int tests_run, tests_passed;
static DEFINE_XARRAY(array);

#undef XA_BUG_ON
#define XA_BUG_ON(xa, x) do { \\
	tests_run++; \\
	if (x) \\
		printk("BUG at %s:%d\\n", __func__, __LINE__); \\
	else \\
		tests_passed++; \\
} while (0)

static noinline void check_split(struct xarray *xa)
{
	unsigned int order, new_order;

	for (order = 1; order < 2 * XA_CHUNK_SHIFT; order++) {
		for (new_order = 0; new_order < order; new_order++) {
			XA_STATE_ORDER(xas, xa, 0, order);

			xa_lock(xa);
			do {
				xas_store(&xas, xa);
			} while (xas_nomem(&xas, GFP_ATOMIC));
			xa_unlock(xa);
			xas_set_order(&xas, 0, new_order);
			xas_split_alloc(&xas, xa, order, GFP_KERNEL);
			xas_lock(&xas);
			xas_split(&xas, xa, order);
			xas_unlock(&xas);
			xas_destroy(&xas);
			XA_BUG_ON(xa, xa_get_order(xa, 0) != (int)new_order);
			XA_BUG_ON(xa, xa_load(xa, (1UL << order) - 1) != xa);
			xa_destroy(xa);
		}
	}
}

static int xarray_checks(void)
{
	check_split(&array);
	printk("XArray: %u of %u tests passed\\n", tests_passed, tests_run);
	return 0;
}

static void xarray_exit(void)
{
}

module_init(xarray_checks);
module_exit(xarray_exit);
"""


def make_kernel(folder: Path) -> Path:
    """The port as a kernel tree in ``folder``: one ``lib/xarray.c``, a header, a test of ours."""
    port = port_source()
    text = "#include <linux/slab.h>\n#include <linux/xarray.h>\n"
    names = ["lib/xarray_internal.h", *port.units]
    for name in names:
        content = (port.directory / name).read_text()
        text += re.sub(r"^#include.*\n", "", content, flags=re.MULTILINE)
    files = {
        "Makefile": MAKEFILE,
        "lib/xarray.c": text,
        "lib/test_xarray.c": TEST,
        "include/linux/xarray.h": (port.directory / "include/linux/xarray.h").read_text(),
        "mm/filemap.c": "".join(f"line {number}\n" for number in range(40)),
        "tools/testing/radix-tree/main.c": "int main(void) { return 0; }\n",
    }
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content)
    git(folder, "init", "--quiet")
    git(folder, "add", "--force", ".")
    git(folder, "commit", "--quiet", "--message=base")
    git(folder, "tag", "base")
    return folder


def git(folder: Path, *arguments: str) -> str:
    """What git prints, in ``folder``."""
    identity = ["-c", "user.name=Tester", "-c", "user.email=tester@example.org"]
    done = subprocess.run(
        ["git", *identity, *arguments], cwd=folder, check=True, capture_output=True, text=True
    )
    return done.stdout


def change(tree: Path, name: str, old: str, new: str, subject: str = "XArray: change it") -> None:
    """Commit a change of one file, in which ``old`` must stand once."""
    text = (tree / name).read_text()
    assert text.count(old) == 1, (name, old)
    (tree / name).write_text(text.replace(old, new))
    git(tree, "commit", "--quiet", "--all", f"--message={subject}")


def mailbox(tree: Path, box: Path, since: str = "base") -> Path:
    """The commits after ``since`` as an mbox, with a cover letter; the tree then is back there."""
    git(tree, "branch", "--force", "describe", "HEAD")
    text = git(tree, "format-patch", "--stdout", "--cover-letter", f"{since}..HEAD")
    box.write_text(text)
    git(tree, "reset", "--quiet", "--hard", since)
    return box
