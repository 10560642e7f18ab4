using System.Collections.Immutable;
using System.Reflection;
using Dataflow.Generators;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;

namespace Dataflow.Tests.Serialization.Generated;

/// <summary>A program of a user's, compiled in memory with the generator.</summary>
internal static class Compiled
{
    private static readonly CSharpParseOptions Oldest = new(LanguageVersion.CSharp9);

    /// <summary>The newest language.</summary>
    public static CSharpParseOptions Newest { get; } = new(LanguageVersion.Latest);

    private static readonly ISourceGenerator[] Generators =
        [new RecordGenerator().AsSourceGenerator(), new KeyGenerator().AsSourceGenerator()];

    private static readonly ImmutableArray<MetadataReference> References =
        [.. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(static file => !Path.GetFileName(file).StartsWith("Microsoft.CodeAnalysis", StringComparison.Ordinal))
            .Select(static file => MetadataReference.CreateFromFile(file))];

    /// <summary>Loads a program with what is made of it, and runs none of its code.</summary>
    /// <param name="file">The program.</param>
    /// <param name="language">The language; the oldest that it may be in unless given.</param>
    public static Assembly Load(string file, CSharpParseOptions? language = null)
    {
        language ??= Oldest;
        var program = CSharpCompilation.Create(
            "loaded", [CSharpSyntaxTree.ParseText(file, language)], References, new(OutputKind.DynamicallyLinkedLibrary));
        CSharpGeneratorDriver.Create(Generators, parseOptions: language)
            .RunGeneratorsAndUpdateCompilation(program, out var made, out _);
        using var assembly = new MemoryStream();
        var emitted = made.Emit(assembly);
        Assert.True(emitted.Success, string.Join('\n', emitted.Diagnostics));
        return Assembly.Load(assembly.ToArray());
    }

    /// <summary>Compiles files, each with the usings of a new project.</summary>
    public static CSharpCompilation Of(params string[] files)
        => CSharpCompilation.Create(
            "user", files.Select(Parsed), References,
            new(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true, nullableContextOptions: NullableContextOptions.Enable));

    public static SyntaxTree Parsed(string file)
        => CSharpSyntaxTree.ParseText(
            $"using System; using System.Collections.Generic; using Dataflow; using MessagePack;\n{file}", Newest);

    public static GeneratorDriver Driver()
        => CSharpGeneratorDriver.Create(
            Generators, parseOptions: Newest,
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
