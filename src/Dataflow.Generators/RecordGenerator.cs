using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Dataflow.Generators;

/// <summary>Makes the codecs of the types with <c>[DataflowRecord]</c>, one file for each.</summary>
[Generator(LanguageNames.CSharp)]
public sealed class RecordGenerator : IIncrementalGenerator
{
    /// <summary>The full name of the attribute.</summary>
    public const string Attribute = "Dataflow.DataflowRecordAttribute";

    /// <summary>The name of the step that reads the types, for tests of what is kept.</summary>
    public const string Models = "Models";

    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        var models = context.SyntaxProvider.ForAttributeWithMetadataName(
                Attribute,
                static (node, _) => node is TypeDeclarationSyntax,
                static (found, stop) => RecordReading.Of((INamedTypeSymbol)found.TargetSymbol, found.SemanticModel.Compilation, stop).Model)
            .Where(static model => model is not null)
            .WithTrackingName(Models);
        var files = models.Collect().SelectMany(static (all, _) => Files(all));
        context.RegisterSourceOutput(files, static (output, file) => output.AddSource(file.Name, CodecText.Of(file.Model)));
    }

    // Names of files that differ only in case would be one.
    private static IEnumerable<(string Name, RecordModel Model)> Files(ImmutableArray<RecordModel?> models)
        => models.GroupBy(static model => model!.Name, StringComparer.OrdinalIgnoreCase)
            .SelectMany(static same => same.Select(static (model, i) => ($"{model!.Name}{(i > 0 ? $".{i + 1}" : "")}.g.cs", model)));
}
