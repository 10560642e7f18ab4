namespace System.Runtime.CompilerServices;

/// <summary>Needed by <c>init</c>; .NET Standard 2.0 has none.</summary>
internal static class IsExternalInit;
