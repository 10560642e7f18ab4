using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace Dataflow.Generators;

/// <summary>A rule for code that builds or runs pipelines. It looks at nothing in projects without Dataflow.</summary>
public abstract class PipelineAnalyzer : DiagnosticAnalyzer
{
    private readonly DiagnosticDescriptor _rule;

    private protected PipelineAnalyzer(DiagnosticDescriptor rule)
    {
        _rule = rule;
        SupportedDiagnostics = [rule];
    }

    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; }

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.EnableConcurrentExecution();
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.RegisterCompilationStartAction(start =>
        {
            if (start.Compilation.GetTypeByMetadataName("Dataflow.Pipeline") is not null) Register(start);
        });
    }

    private protected abstract void Register(CompilationStartAnalysisContext start);

    private protected void Report(OperationAnalysisContext context, IOperation place, params object[] arguments)
        => context.ReportDiagnostic(Diagnostic.Create(_rule, place.Syntax.GetLocation(), arguments));
}
