using Dataflow.Serialization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Operations;

namespace Dataflow.Generators;

/// <summary>DATAFLOW009: a type that cannot be a key, as the plan would say it, or whose values can change.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class KeyAnalyzer() : PipelineAnalyzer(Rule)
{
    private static readonly DiagnosticDescriptor Rule = Rules.Warning("DATAFLOW009", "The type is no key", "Key {0}: {1}");

    private protected override void Register(CompilationStartAnalysisContext start)
    {
        var givesSerdes = new Lazy<bool>(() => GivesSerdes(start.Compilation));
        start.RegisterOperationAction(context => Check(context, givesSerdes), OperationKind.Invocation);
    }

    private static void Check(OperationAnalysisContext context, Lazy<bool> givesSerdes)
    {
        var call = (IInvocationOperation)context.Operation;
        if (call.TargetMethod.Name is not ("KeyBy" or "GroupBy" or "Table" or "Join" or "LeftJoin")) return;
        if (!Verbs.IsVerb(call.TargetMethod)) return;
        foreach (var argument in call.Arguments)
        {
            if (argument.Parameter is not { Name: "key" or "foreignKey" } parameter) continue;
            if (parameter.Type is not INamedTypeSymbol { DelegateInvokeMethod.ReturnType: var type }) continue;
            var fault = KeyFault.Of(type) is { } found && !HasSerde(call) && !givesSerdes.Value ? found : KeyFault.OfChanges(type);
            if (fault is null) continue;
            var declared = fault == KeyFaults.IsByReference ? type.Locations.Where(static place => place.IsInSource) : [];
            context.ReportDiagnostic(
                Diagnostic.Create(Rule, argument.Value.Syntax.GetLocation(), declared, TypeNames.Of(type), fault));
        }
    }

    private static bool HasSerde(IInvocationOperation call)
        => call.Arguments.Any(static argument => argument is { Parameter.Name: "serde", ArgumentKind: not ArgumentKind.DefaultValue });

    // With a serde for it any type is a key, and which pipeline it is given to cannot be seen: there the plan decides.
    private static bool GivesSerdes(Compilation compilation)
        => compilation.SyntaxTrees.Any(static tree => tree.GetRoot().DescendantNodes().OfType<SimpleNameSyntax>()
            .Any(static name => name.Identifier.ValueText == "UseSerde"));
}
