import hooks from 'eslint-plugin-react-hooks';
import { defineConfig, globalIgnores } from 'eslint/config';
import { clockRules } from './build/clock-rules.js';
import typescript from 'typescript-eslint';

export default defineConfig(
    globalIgnores(['dist', 'src/api/schema.ts']),
    {
        files: ['**/*.{ts,tsx}'],
        extends: [typescript.configs.recommended],
        languageOptions: { parserOptions: { projectService: true } },
        plugins: { 'react-hooks': hooks },
        rules: {
            'no-console': 'error',
            'no-param-reassign': 'error',
            'prefer-const': 'error',
            'react-hooks/rules-of-hooks': 'error',
            '@typescript-eslint/await-thenable': 'error',
            '@typescript-eslint/consistent-type-imports': 'error',
            '@typescript-eslint/no-floating-promises': 'error',
            '@typescript-eslint/no-non-null-assertion': 'error',
            '@typescript-eslint/no-unused-expressions': [
                'error',
                { allowShortCircuit: true, allowTernary: true },
            ],
            '@typescript-eslint/no-unused-vars': [
                'error',
                { varsIgnorePattern: '^_', argsIgnorePattern: '^_' },
            ],
        },
    },
    {
        files: ['src/**/*.{ts,tsx}'],
        ignores: ['src/ui/device-clock.ts', 'src/**/*.test.ts', 'src/testing/**'],
        rules: clockRules,
    },
);
