using System.Collections.Immutable;
using Dataflow.Generators;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;

namespace Dataflow.Tests.Serialization.Generated;

/// <summary>A program of a user's, compiled in memory with the generator.</summary>
internal static class Compiled
{
    private static readonly CSharpParseOptions Options = new(LanguageVersion.Latest);

    private static readonly ImmutableArray<MetadataReference> References =
        [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(static file => !Path.GetFileName(file).StartsWith("Microsoft.CodeAnalysis", StringComparison.Ordinal))
            .Select(static file => MetadataReference.CreateFromFile(file))];

    /// <summary>Compiles files, each with the usings of a new project.</summary>
    public static CSharpCompilation Of(params string[] files)
        => CSharpCompilation.Create(
            "user", files.Select(Parsed), References,
            new(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true, nullableContextOptions: NullableContextOptions.Enable));

    public static SyntaxTree Parsed(string file)
        => CSharpSyntaxTree.ParseText(
            $"using System; using System.Collections.Generic; using Dataflow; using MessagePack;\n{file}", Options);

    public static GeneratorDriver Driver()
        => CSharpGeneratorDriver.Create(
            [new RecordGenerator().AsSourceGenerator()], parseOptions: Options,
            driverOptions: new(IncrementalGeneratorOutputKind.None, trackIncrementalGeneratorSteps: true));

    /// <summary>Returns what the analyzer finds, as <c>ID: message</c>.</summary>
    public static async Task<IReadOnlyList<string>> DiagnosticsAsync(string file)
    {
        var found = await Of(file).WithAnalyzers([new RecordAnalyzer()]).GetAnalyzerDiagnosticsAsync();
        return [.. found.Select(static fault => $"{fault.Id}: {fault.GetMessage(System.Globalization.CultureInfo.InvariantCulture)}")];
    }

    /// <summary>Returns the files that are made of a program, which must compile with them.</summary>
    public static IReadOnlyList<string> Made(params string[] files)
    {
        Driver().RunGeneratorsAndUpdateCompilation(Of(files), out var made, out _);
        Assert.Empty(made.GetDiagnostics().Where(static fault => fault.Severity == DiagnosticSeverity.Error));
        return [.. made.SyntaxTrees.Skip(files.Length).Select(static tree => Path.GetFileName(tree.FilePath))];
    }
}
