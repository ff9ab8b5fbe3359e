# SPDX-License-Identifier: GPL-2.0-or-later
from models.diagnosis.where.assembly import Kind, Rewriter

TEXT = """\
	.file 1 "lib/own.c"
	.file 2 "/stand/ins/linux/list.h"
	.type	first, @function
first:
	.loc 1 10 1
	pushq	%rbp
	movl	%edi, -20(%rbp)
	.loc 1 11 5
	movq	-8(%rbp), %rax
	movb	$1, 3(%rax)
	addl	$1, -4(%rbp)
	cmpl	$2, -4(%rbp)
	jbe	.L2
	.loc 2 7 1
	movq	%rdx, (%rax)
	.loc 1 12 3
	call	second
	call	*%rax
.L2:
	jmp	.L3
	ret
"""


def test_each_line_store_branch_and_call_becomes_a_site() -> None:
    rewriter = Rewriter(("lib/own.c",))
    rewriter.rewrite(TEXT)
    assert [(site.kind, site.file, site.line) for site in rewriter.sites] == [
        (Kind.LINE, "lib/own.c", 10),
        (Kind.ARGUMENT, "lib/own.c", 10),
        (Kind.LINE, "lib/own.c", 11),
        (Kind.STORE, "lib/own.c", 11),
        (Kind.STORE, "lib/own.c", 11),
        (Kind.BRANCH, "lib/own.c", 11),
        (Kind.STORE, "", 7),
        (Kind.LINE, "lib/own.c", 12),
        (Kind.CALL, "lib/own.c", 12),
        (Kind.CALL, "lib/own.c", 12),
        (Kind.RETURN, "lib/own.c", 12),
    ]
    assert {site.function for site in rewriter.sites} == {"first"}
    assert [site.size for site in rewriter.sites if site.kind is Kind.STORE] == [1, 4, 8]
    assert [site.local for site in rewriter.sites if site.kind is Kind.STORE] == [0, 1, 0]
    assert [site.callee for site in rewriter.sites if site.kind is Kind.CALL] == ["second", ""]


def test_what_the_code_does_stays_in_its_order() -> None:
    told = Rewriter(("lib/own.c",)).rewrite(TEXT).splitlines()
    kept = [line for line in TEXT.splitlines() if "jbe" not in line]
    place = 0
    for line in kept:
        place = told.index(line, place) + 1
    assert "\tjmp .L2" in told
    assert sum("where_before_stub" in line for line in told) == 4


def test_a_unit_that_includes_another_keeps_its_functions_apart() -> None:
    rewriter = Rewriter(("lib/own.c",))
    rewriter.rewrite(TEXT)
    rewriter.rewrite(TEXT.replace("first", "other"))
    assert {site.function for site in rewriter.sites} == {"first", "other"}
