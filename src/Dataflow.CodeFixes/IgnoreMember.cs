using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Simplification;
using static Microsoft.CodeAnalysis.CSharp.SyntaxFactory;

namespace Dataflow.CodeFixes;

/// <summary>DATAFLOW003 and DATAFLOW006: leaves a member out of the bytes that cannot be written.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp), Shared]
public sealed class IgnoreMember() : CodeFix("Leave it out with [IgnoreMember]", "DATAFLOW003", "DATAFLOW006")
{
    private protected override Func<CancellationToken, Task<Solution>>? ChangeOf(
        Document document, SemanticModel model, SyntaxNode node, Diagnostic diagnostic)
    {
        SyntaxNode? changed = node switch
        {
            ParameterSyntax { Parent.Parent: RecordDeclarationSyntax } parameter
                => parameter.AddAttributeLists(Attribute(AttributeTargetSpecifier(Token(SyntaxKind.PropertyKeyword)))),
            PropertyDeclarationSyntax property => OnItsOwn(property),
            VariableDeclaratorSyntax { Parent.Parent: FieldDeclarationSyntax { Declaration.Variables.Count: 1 } field } => OnItsOwn(field),
            _ => null,
        };
        if (changed is null) return null;
        var old = node is VariableDeclaratorSyntax ? node.Parent!.Parent! : node;
        return stop => ReplaceAsync(document, old, changed, stop);
    }

    private static MemberDeclarationSyntax OnItsOwn(MemberDeclarationSyntax member)
        => member.WithoutLeadingTrivia().AddAttributeLists(Attribute(null).WithTrailingTrivia(Space))
            .WithLeadingTrivia(member.GetLeadingTrivia());

    private static AttributeListSyntax Attribute(AttributeTargetSpecifierSyntax? target)
        => AttributeList(target, SingletonSeparatedList(SyntaxFactory.Attribute(ParseName("MessagePack.IgnoreMember"))))
            .NormalizeWhitespace().WithTrailingTrivia(Space).WithAdditionalAnnotations(Simplifier.Annotation);
}
