namespace Dataflow.Packages.Tests;

/// <summary>Tests beside which no others run.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
