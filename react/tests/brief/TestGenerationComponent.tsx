import useBackgroundTestGeneration from '../hooks/useBackgroundTestGeneration';

function TestGenerationComponent() {
  const {
    isGenerating,
    error,
    progress,
    currentStep,
    currentMessage,
    sessionId,
    generatedTests,
    startBackgroundGeneration,
    stopGeneration,
    reset,
  } = useBackgroundTestGeneration({
    onProgress: (update) => {
    },
    onComplete: (result) => {
    },
    onError: (error) => {
    },
  });

  const handleGenerate = async () => {
    await startBackgroundGeneration({
      repositoryId: 'your-repo-id',
      files: [
        {
          path: 'src/Button.tsx',
          content: 'button component code',
          framework: 'jest'
        }
      ],
      framework: 'jest',
      options: {
        testTypes: ['unit'],
        coverage: 'comprehensive',
        includeEdgeCases: true,
        mockExternal: true,
      }
    });
  };

  return (
    <div>
      <button onClick={handleGenerate} disabled={isGenerating}>
        {isGenerating ? 'Generating...' : 'Generate Tests'}
      </button>
      
      {isGenerating && (
        <div>
          <div>Progress: {progress}%</div>
          <div>Step: {currentStep}</div>
          <div>Message: {currentMessage}</div>
        </div>
      )}
      
      {error && <div>Error: {error}</div>}
      
      {generatedTests.length > 0 && (
        <div>
          <h3>Generated Tests:</h3>
          {generatedTests.map((test, index) => (
            <div key={index}>
              <h4>{test.filePath}</h4>
              <pre>{test.testCode}</pre>
            </div>
          ))}
        </div>
      )}
    </div>
  );
}
